/* A llama-architecture model: shapes, parameters, and what a forward pass keeps for the backward pass. */
#ifndef MODEL_H
#define MODEL_H

enum { D = 128, HEADS = 4, HD = D / HEADS, LAYERS = 4, FF = 352, VOCAB = 640, MAX_T = 512 };

/* One layer's weights, each [in x out], row-major. The query, key and value maps are one matrix; gate and up are one matrix. */
typedef struct {
  float norm1[D], qkv[D * 3 * D], out[D * D], norm2[D], gate_up[D * 2 * FF], down[FF * D];
} Layer;

/* All parameters, in the order in which they are written to a checkpoint (32-bit floats, little-endian). */
typedef struct {
  float embed[VOCAB * D]; /* a row a token */
  Layer layer[LAYERS];
  float norm[D], head[D * VOCAB];
} Params;

enum { N_PARAMS = sizeof(Params) / sizeof(float) };

/* Rows of tokens laid end to end. `m` is the token count rounded up to whole tiles; what is beyond `n` has weight 0. */
typedef struct {
  int n, m, rows;
  int *start; /* rows + 1 offsets */
  int *token, *target, *pos;
  float *weight; /* of the loss at each token */
} Batch;

typedef struct {
  float *x_in, *h1, *rms1, *qkv, *mix, *x_mid, *h2, *rms2, *gu, *act;
} LayerActs;

/* Room for the attention of one row and head. */
typedef struct {
  float q[MAX_T * HD], k[MAX_T * HD], v[MAX_T * HD], kt[HD * MAX_T], vt[HD * MAX_T];
  float o[MAX_T * HD], dq[MAX_T * HD], dk[MAX_T * HD], dv[MAX_T * HD];
  float p[MAX_T * MAX_T], dp[MAX_T * MAX_T];
} Scratch;

/* What one thread needs: nothing in here is shared. */
typedef struct {
  LayerActs layer[LAYERS];
  float *x, *h, *rms, *logits, *d_x, *d_h, *d_qkv, *d_gu, *d_act;
  Scratch *scratch;
} Acts;

/* @param cap tokens, a multiple of 8 */
void acts_alloc(Acts *a, int cap);
/* Every matrix of `p` transposed in its place, for the backward pass. */
void params_transpose(Params *t, const Params *p);
/*
 * Forward and backward pass of a batch: adds the gradient of its loss to `grad`. The loss, which it returns, is the
 * cross-entropy in nats, summed by weight and divided by `total`.
 */
double model_run(const Params *p, const Params *t, Params *grad, Acts *a, const Batch *b, float total);
/* Attention of one layer: qkv[m x 3D] after rotation, to mix[m x D]; and back: d_mix to d_qkv. */
void attention(float *mix, const float *qkv, const Batch *b, Scratch *s);
void attention_back(float *d_qkv, const float *d_mix, const float *qkv, const Batch *b, Scratch *s);
void model_init(Params *p, unsigned long long seed);
#endif
