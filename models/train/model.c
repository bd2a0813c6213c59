/* Forward and backward pass. Weights are [in x out], so that y = x w runs along rows. */
#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tile.h"

#define EPS 1e-5f

static float *floats(long n) {
  float *p = aligned_alloc(64, (n * sizeof(float) + 63) / 64 * 64);
  if (!p) exit(70);
  memset(p, 0, n * sizeof(float));
  return p;
}

void acts_alloc(Acts *a, int cap) {
  for (int l = 0; l < LAYERS; l++) {
    LayerActs *y = &a->layer[l];
    float **wide[] = {&y->x_in, &y->h1, &y->mix, &y->x_mid, &y->h2};
    for (int i = 0; i < 5; i++) *wide[i] = floats((long)cap * D);
    y->rms1 = floats(cap), y->rms2 = floats(cap);
    y->qkv = floats((long)cap * 3 * D), y->gu = floats((long)cap * 2 * FF), y->act = floats((long)cap * FF);
  }
  a->x = floats((long)cap * D), a->h = floats((long)cap * D), a->rms = floats(cap), a->logits = floats((long)cap * VOCAB);
  a->d_x = floats((long)cap * D), a->d_h = floats((long)cap * D), a->d_qkv = floats((long)cap * 3 * D);
  a->d_gu = floats((long)cap * 2 * FF), a->d_act = floats((long)cap * FF);
  a->scratch = (Scratch *)floats(sizeof(Scratch) / sizeof(float));
}

/* h = x / rms(x) * g; rms keeps 1 / rms(x). */
static void norm(float *h, float *rms, const float *x, const float *g, int m) {
  for (int i = 0; i < m; i++) {
    float sum = 0;
    for (int c = 0; c < D; c++) sum += x[i * D + c] * x[i * D + c];
    rms[i] = 1 / sqrtf(sum / D + EPS);
    for (int c = 0; c < D; c++) h[i * D + c] = x[i * D + c] * rms[i] * g[c];
  }
}

/* dx += the gradient through the norm; dg += that of its gain. */
static void norm_back(float *dx, float *dg, const float *dh, const float *x, const float *rms, const float *g, int m) {
  for (int c0 = 0; c0 < D; c0 += 16)
    for (int i = 0; i < m; i++)
      for (int c = c0; c < c0 + 16; c++) dg[c] += dh[i * D + c] * x[i * D + c] * rms[i];
  for (int i = 0; i < m; i++) {
    float dot = 0;
    for (int c = 0; c < D; c++) dot += dh[i * D + c] * g[c] * x[i * D + c];
    dot *= rms[i] * rms[i] / D;
    for (int c = 0; c < D; c++) dx[i * D + c] += rms[i] * (dh[i * D + c] * g[c] - x[i * D + c] * dot);
  }
}

static float cosine[MAX_T][HD / 2], sine[MAX_T][HD / 2];

static void rotations(void) {
  for (int t = 0; t < MAX_T; t++)
    for (int i = 0; i < HD / 2; i++) {
      const double angle = t * pow(10000, -2.0 * i / HD);
      cosine[t][i] = cos(angle), sine[t][i] = sin(angle);
    }
}

/* Rotary positions on queries and keys, neighbouring components paired as llama.cpp's llama does; sign -1 rotates back. */
static void rotate(float *qkv, const Batch *b, float sign) {
  for (int n = 0; n < b->n; n++)
    for (int h = 0; h < 2 * HEADS; h++)
      for (int i = 0; i < HD / 2; i++) {
        float *pair = qkv + (long)n * 3 * D + h * HD + 2 * i;
        const float c = cosine[b->pos[n]][i], s = sign * sine[b->pos[n]][i], u = pair[0], v = pair[1];
        pair[0] = u * c - v * s, pair[1] = u * s + v * c;
      }
}

static void swiglu(float *act, const float *gu, int m) {
  for (int i = 0; i < m; i++)
    for (int c = 0; c < FF; c++) {
      const float g = gu[(long)i * 2 * FF + c];
      act[(long)i * FF + c] = g / (1 + expf(-g)) * gu[(long)i * 2 * FF + FF + c];
    }
}

static void swiglu_back(float *d_gu, const float *d_act, const float *gu, int m) {
  for (int i = 0; i < m; i++)
    for (int c = 0; c < FF; c++) {
      const long at = (long)i * 2 * FF + c;
      const float g = gu[at], u = gu[at + FF], d = d_act[(long)i * FF + c], s = 1 / (1 + expf(-g));
      d_gu[at] = d * u * s * (1 + g * (1 - s));
      d_gu[at + FF] = d * g * s;
    }
}

/* Turns logits into their gradient in place; returns the summed loss. */
static double cross_entropy(float *logits, const Batch *b, float total) {
  double loss = 0;
  for (int i = 0; i < b->m; i++) {
    float *row = logits + (long)i * VOCAB, max = row[0], sum = 0;
    const float w = i < b->n ? b->weight[i] : 0;
    if (w == 0) {
      memset(row, 0, VOCAB * sizeof(float));
      continue;
    }
    for (int v = 1; v < VOCAB; v++) max = row[v] > max ? row[v] : max;
    const float aim = row[b->target[i]];
    for (int v = 0; v < VOCAB; v++) sum += row[v] = expf(row[v] - max);
    loss += w * (logf(sum) + max - aim);
    for (int v = 0; v < VOCAB; v++) row[v] *= w / (sum * total);
    row[b->target[i]] -= w / total;
  }
  return loss / total;
}

static void layer_forward(const Layer *w, LayerActs *y, float *x, const Batch *b, Scratch *scratch) {
  const int m = b->m;
  memcpy(y->x_in, x, sizeof(float) * m * D);
  norm(y->h1, y->rms1, x, w->norm1, m);
  linear(y->qkv, y->h1, w->qkv, m, D, 3 * D);
  rotate(y->qkv, b, 1);
  attention(y->mix, y->qkv, b, scratch);
  matmul(x, y->mix, D, 1, w->out, m, D, D, 1);
  memcpy(y->x_mid, x, sizeof(float) * m * D);
  norm(y->h2, y->rms2, x, w->norm2, m);
  linear(y->gu, y->h2, w->gate_up, m, D, 2 * FF);
  swiglu(y->act, y->gu, m);
  matmul(x, y->act, FF, 1, w->down, m, D, FF, 1);
}

static void layer_back(const Layer *w, const Layer *t, Layer *g, const LayerActs *y, Acts *a, const Batch *b) {
  const int m = b->m;
  linear_back(a->d_act, g->down, a->d_x, y->act, t->down, m, FF, D);
  swiglu_back(a->d_gu, a->d_act, y->gu, m);
  linear_back(a->d_h, g->gate_up, a->d_gu, y->h2, t->gate_up, m, D, 2 * FF);
  norm_back(a->d_x, g->norm2, a->d_h, y->x_mid, y->rms2, w->norm2, m);
  linear_back(a->d_h, g->out, a->d_x, y->mix, t->out, m, D, D);
  memset(a->d_qkv, 0, sizeof(float) * m * 3 * D);
  attention_back(a->d_qkv, a->d_h, y->qkv, b, a->scratch);
  rotate(a->d_qkv, b, -1);
  linear_back(a->d_h, g->qkv, a->d_qkv, y->h1, t->qkv, m, D, 3 * D);
  norm_back(a->d_x, g->norm1, a->d_h, y->x_in, y->rms1, w->norm1, m);
}

double model_run(const Params *p, const Params *t, Params *grad, Acts *a, const Batch *b, float total) {
  const int m = b->m;
  for (int i = 0; i < m; i++) {
    if (i < b->n)
      memcpy(a->x + i * D, p->embed + b->token[i] * D, D * sizeof(float));
    else
      memset(a->x + i * D, 0, D * sizeof(float));
  }
  for (int l = 0; l < LAYERS; l++) layer_forward(&p->layer[l], &a->layer[l], a->x, b, a->scratch);
  norm(a->h, a->rms, a->x, p->norm, m);
  linear(a->logits, a->h, p->head, m, D, VOCAB);
  const double loss = cross_entropy(a->logits, b, total);
  linear_back(a->d_h, grad->head, a->logits, a->h, t->head, m, D, VOCAB);
  memset(a->d_x, 0, sizeof(float) * m * D);
  norm_back(a->d_x, grad->norm, a->d_h, a->x, a->rms, p->norm, m);
  for (int l = LAYERS; l-- > 0;) layer_back(&p->layer[l], &t->layer[l], &grad->layer[l], &a->layer[l], a, b);
  for (int i = 0; i < b->n; i++)
    for (int c = 0; c < D; c++) grad->embed[b->token[i] * D + c] += a->d_x[i * D + c];
  return loss;
}

static void transpose(float *t, const float *w, int rows, int cols) {
  for (int j = 0; j < cols; j++)
    for (int i = 0; i < rows; i++) t[(long)j * rows + i] = w[(long)i * cols + j];
}

void params_transpose(Params *t, const Params *p) {
#pragma omp parallel for
  for (int l = 0; l < LAYERS; l++) {
    const Layer *w = &p->layer[l];
    Layer *u = &t->layer[l];
    transpose(u->qkv, w->qkv, D, 3 * D), transpose(u->out, w->out, D, D);
    transpose(u->gate_up, w->gate_up, D, 2 * FF), transpose(u->down, w->down, FF, D);
  }
  transpose(t->head, p->head, D, VOCAB);
}

/* A standard normal draw from a counter-based generator (splitmix64, Box-Muller). */
static float gauss(unsigned long long *state) {
  double u[2];
  for (int i = 0; i < 2; i++) {
    unsigned long long z = *state += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull, z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    u[i] = ((double)((z ^ z >> 31) >> 11) + 0.5) / 9007199254740992.0;
  }
  return sqrt(-2 * log(u[0])) * cos(6.283185307179586 * u[1]);
}

static void fill(float *w, long n, float scale, unsigned long long *state) {
  for (long i = 0; i < n; i++) w[i] = scale * gauss(state);
}

void model_init(Params *p, unsigned long long seed) {
  const float s = 1 / sqrtf(D), out = s / sqrtf(2 * LAYERS);
  unsigned long long state = seed;
  rotations();
  fill(p->embed, VOCAB * D, s, &state);
  for (int l = 0; l < LAYERS; l++) {
    Layer *w = &p->layer[l];
    for (int c = 0; c < D; c++) w->norm1[c] = w->norm2[c] = 1;
    fill(w->qkv, D * 3 * D, s, &state), fill(w->out, D * D, out, &state);
    fill(w->gate_up, D * 2 * FF, s, &state), fill(w->down, FF * D, out, &state);
  }
  for (int c = 0; c < D; c++) p->norm[c] = 1;
  fill(p->head, D * VOCAB, s, &state);
}
