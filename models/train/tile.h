/*
 * Matrix products from one register tile.
 *
 * All of the arithmetic in training is C[m x n] (+)= A[m x k] B[k x n] with m a multiple of 8 and n of 32, so one 8x32 tile whose sums stay in
 * registers is all that is needed. A is read through two strides, which also serves its transpose. Vector types are the
 * compiler's own: they lower to whatever the machine has.
 */
#ifndef TILE_H
#define TILE_H
#include <string.h>

typedef float vec __attribute__((vector_size(64), aligned(4)));
enum { TILE_M = 8, TILE_N = 32 };

/* One tile. `add` keeps what C holds. Element (i, p) of A is a[i * ri + p * rp]; rows of B and C are ldb and ldc floats apart. */
static inline void tile(float *c, int ldc, const float *a, int ri, int rp, const float *b, int ldb, int k, int add) {
  vec s[TILE_M][2];
  for (int i = 0; i < TILE_M; i++)
    for (int j = 0; j < 2; j++) s[i][j] = add ? *(const vec *)(c + i * ldc + j * 16) : (vec){0};
  for (int p = 0; p < k; p++) {
    const vec b0 = *(const vec *)(b + (long)p * ldb), b1 = *(const vec *)(b + (long)p * ldb + 16);
    const float *ap = a + (long)p * rp;
#pragma GCC unroll 8
    for (int i = 0; i < TILE_M; i++) {
      const float x = ap[i * ri];
      s[i][0] += x * b0;
      s[i][1] += x * b1;
    }
  }
  for (int i = 0; i < TILE_M; i++)
    for (int j = 0; j < 2; j++) *(vec *)(c + i * ldc + j * 16) = s[i][j];
}

/* C[m x n] (+)= A[m x k] B[k x n]. */
static inline void matmul(float *c, const float *a, int ri, int rp, const float *b, int m, int n, int k, int add) {
  for (int j = 0; j < n; j += TILE_N)
    for (int i = 0; i < m; i += TILE_M) tile(c + (long)i * n + j, n, a + (long)i * ri, ri, rp, b + j, n, k, add);
}

/* y = x w: x[m x in], w[in x out]. */
static inline void linear(float *y, const float *x, const float *w, int m, int in, int out) {
  matmul(y, x, in, 1, w, m, out, in, 0);
}

/* Given dy: dw += x^T dy, and dx = dy w^T, of which the transpose is given. */
static inline void linear_back(float *dx, float *dw, const float *dy, const float *x, const float *wt, int m, int in, int out) {
  matmul(dw, x, 1, in, dy, in, out, m, 1);
  matmul(dx, dy, out, 1, wt, m, in, out, 0);
}
#endif
