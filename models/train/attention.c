/* Causal self-attention, a (row, head) pair at a time. */
#include <math.h>
#include <string.h>

#include "model.h"
#include "tile.h"

static int up(int n, int to) { return (n + to - 1) / to * to; }

/* Copies one head's columns into the scratch, zero-filled to whole tiles. Returns the padded length. */
static int load(Scratch *s, const float *qkv, int from, int t, int head) {
  const int tp = up(t, TILE_N);
  for (int i = 0; i < tp; i++)
    for (int c = 0; c < HD; c++) {
      const float *row = qkv + (long)(from + i) * 3 * D + head * HD + c;
      const int in = i < t;
      s->q[i * HD + c] = in ? row[0] : 0;
      s->k[i * HD + c] = s->kt[c * tp + i] = in ? row[D] : 0;
      s->v[i * HD + c] = s->vt[c * tp + i] = in ? row[2 * D] : 0;
    }
  return tp;
}

/* p = softmax over j <= i of q k / sqrt(HD); zero elsewhere. */
static void scores(Scratch *s, int tp) {
  const float scale = 1 / sqrtf(HD);
  for (int i = 0; i < tp; i += TILE_M) {
    const int reach = up(i + TILE_M, TILE_N);
    for (int j = 0; j < reach; j += TILE_N) tile(s->p + i * tp + j, tp, s->q + i * HD, HD, 1, s->kt + j, tp, HD, 0);
    for (int r = i; r < i + TILE_M; r++) {
      float *row = s->p + r * tp, max = row[0], sum = 0;
      for (int j = 1; j <= r; j++) max = row[j] > max ? row[j] : max;
      for (int j = 0; j <= r; j++) sum += row[j] = expf((row[j] - max) * scale);
      for (int j = 0; j <= r; j++) row[j] /= sum;
      for (int j = r + 1; j < tp; j++) row[j] = 0;
    }
  }
}

void attention(float *mix, const float *qkv, const Batch *b, Scratch *s) {
  for (int row = 0; row < b->rows; row++)
    for (int head = 0; head < HEADS; head++) {
      const int from = b->start[row], t = b->start[row + 1] - from, tp = load(s, qkv, from, t, head);
      scores(s, tp);
      for (int i = 0; i < tp; i += TILE_M) tile(s->o + i * HD, HD, s->p + i * tp, tp, 1, s->v, HD, i + TILE_M, 0);
      for (int i = 0; i < t; i++) memcpy(mix + (long)(from + i) * D + head * HD, s->o + i * HD, HD * sizeof(float));
    }
}

void attention_back(float *d_qkv, const float *d_mix, const float *qkv, const Batch *b, Scratch *s) {
  const float scale = 1 / sqrtf(HD);
  for (int row = 0; row < b->rows; row++)
    for (int head = 0; head < HEADS; head++) {
      const int from = b->start[row], t = b->start[row + 1] - from, tp = load(s, qkv, from, t, head);
      scores(s, tp);
      for (int i = 0; i < tp; i++)
        for (int c = 0; c < HD; c++) s->o[i * HD + c] = i < t ? d_mix[(long)(from + i) * D + head * HD + c] : 0;
      for (int j = 0; j < tp; j += TILE_M) /* only queries at or after j see it */
        tile(s->dv + j * HD, HD, s->p + j * tp + j, 1, tp, s->o + j * HD, HD, tp - j, 0);
      for (int i = 0; i < tp; i += TILE_M) {
        const int reach = up(i + TILE_M, TILE_N);
        for (int j = 0; j < reach; j += TILE_N) tile(s->dp + i * tp + j, tp, s->o + i * HD, HD, 1, s->vt + j, tp, HD, 0);
        for (int r = i; r < i + TILE_M; r++) {
          float *dp = s->dp + r * tp, dot = 0;
          const float *p = s->p + r * tp;
          for (int j = 0; j <= r; j++) dot += dp[j] * p[j];
          for (int j = 0; j <= r; j++) dp[j] = p[j] * (dp[j] - dot) * scale;
          for (int j = r + 1; j < tp; j++) dp[j] = 0;
        }
        tile(s->dq + i * HD, HD, s->dp + i * tp, tp, 1, s->k, HD, i + TILE_M, 0);
      }
      for (int j = 0; j < tp; j += TILE_M)
        tile(s->dk + j * HD, HD, s->dp + j * tp + j, 1, tp, s->q + j * HD, HD, tp - j, 0);
      for (int i = 0; i < t; i++) {
        float *out = d_qkv + (long)(from + i) * 3 * D + head * HD;
        memcpy(out, s->dq + i * HD, HD * sizeof(float));
        memcpy(out + D, s->dk + i * HD, HD * sizeof(float));
        memcpy(out + 2 * D, s->dv + i * HD, HD * sizeof(float));
      }
    }
}
