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

typedef struct {
  int cap;
  LayerActs layer[LAYERS];
  float *x, *h, *rms, *logits, *d_x, *d_h, *d_qkv, *d_gu, *d_act, *wt;
} Acts;

void acts_alloc(Acts *a, int cap);
/* Runs the batch; with `grad`, adds the loss's gradient to it. Returns the weighted mean cross-entropy, in nats. */
double model_run(const Params *p, Params *grad, Acts *a, const Batch *b);
/* Attention of one layer: qkv[m x 3D] after rotation, to mix[m x D]; and back: d_mix to d_qkv. */
void attention(float *mix, const float *qkv, const Batch *b);
void attention_back(float *d_qkv, const float *d_mix, const float *qkv, const Batch *b);
void model_init(Params *p, unsigned long long seed);
#endif
