/*
 * Trains the model: AdamW, warm-up then cosine decay.
 *
 *   train DATA OUT SEED STEPS ROWS [STOP…]
 *
 * DATA: rows of little-endian 16-bit words: token count, prompt token count, tokens. Every epoch shuffles them anew. ROWS rows are a
 * step, dealt out to SHARDS shards that run side by side and meet once a step. Parameters are written to OUT.STEP.bin at each STOP
 * and at the end. The same arguments give the same file, whatever the number of threads, on one kind of machine.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model.h"
#include "tile.h"

#define PROMPT_WEIGHT 0.5f
#define PEAK_RATE 4e-3f
#define DECAY 0.05f
#define WARM_UP 150
enum { SHARDS = 4 };

typedef struct {
  uint16_t *words;
  long *at;
  int rows;
} Data;

static void fail(const char *what, const char *name) {
  fprintf(stderr, "train: %s: %s\n", name, what);
  exit(1);
}

static Data load(const char *name) {
  FILE *f = fopen(name, "rb");
  if (!f) fail("cannot be read; run npm run model:data", name);
  fseek(f, 0, SEEK_END);
  const long n = ftell(f) / 2;
  rewind(f);
  Data d = {malloc(n * 2), malloc(n * sizeof(long)), 0};
  if (fread(d.words, 2, n, f) != (size_t)n) fail("ends early", name);
  fclose(f);
  for (long i = 0; i < n; i += 2 + d.words[i]) d.at[d.rows++] = i;
  return d;
}

static unsigned long long rand_state;
static unsigned draw(unsigned n) {
  unsigned long long z = rand_state += 0x9e3779b97f4a7c15ull;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull, z = (z ^ z >> 27) * 0x94d049bb133111ebull;
  return (z ^ z >> 31) % n;
}

static void shuffle(Data *d) {
  for (int i = d->rows - 1; i > 0; i--) {
    const int j = draw(i + 1);
    const long t = d->at[i];
    d->at[i] = d->at[j], d->at[j] = t;
  }
}

static void append(Batch *b, const uint16_t *row) {
  const int n = row[0] - 1, prompt = row[1];
  if (n > MAX_T) fail("a row is longer than the context", "data");
  for (int i = 0; i < n; i++) {
    const int k = b->n++;
    b->token[k] = row[2 + i], b->target[k] = row[3 + i], b->pos[k] = i;
    b->weight[k] = i + 1 < prompt ? PROMPT_WEIGHT : 1;
  }
  b->start[++b->rows] = b->n;
  b->m = (b->n + TILE_M - 1) / TILE_M * TILE_M;
}

typedef struct {
  Batch batch;
  Acts acts;
  Params *grad;
  double loss;
} Shard;

static void shard_alloc(Shard *s, int rows) {
  const int cap = MAX_T * rows;
  s->batch = (Batch){
      .start = calloc(rows + 1, 4), .token = calloc(cap, 4), .target = calloc(cap, 4), .pos = calloc(cap, 4), .weight = calloc(cap, 4)};
  s->grad = malloc(sizeof *s->grad);
  acts_alloc(&s->acts, cap);
}

/* Runs the shards and adds up their gradients, in order, in the first one's. Returns the loss. */
static double run(const Params *p, Params *t, Shard *shards) {
  float total = 0;
  for (int i = 0; i < SHARDS; i++)
    for (int k = 0; k < shards[i].batch.n; k++) total += shards[i].batch.weight[k];
  params_transpose(t, p);
#pragma omp parallel for schedule(dynamic)
  for (int i = 0; i < SHARDS; i++) {
    memset(shards[i].grad, 0, sizeof *shards[i].grad);
    shards[i].loss = model_run(p, t, shards[i].grad, &shards[i].acts, &shards[i].batch, total);
  }
  double loss = shards[0].loss;
  for (int i = 1; i < SHARDS; i++) {
    float *sum = (float *)shards[0].grad;
    const float *g = (const float *)shards[i].grad;
    for (int k = 0; k < N_PARAMS; k++) sum[k] += g[k];
    loss += shards[i].loss;
  }
  return loss;
}

static float norm_of(const float *g) {
  double sum = 0;
  for (int i = 0; i < N_PARAMS; i++) sum += (double)g[i] * g[i];
  return sqrt(sum);
}

static void adamw(float *p, const float *g, float *m, float *v, int step, float rate) {
  const float clip = fminf(1, 1 / (norm_of(g) + 1e-6f)), b1 = 0.9f, b2 = 0.98f;
  const float c1 = 1 - powf(b1, step), c2 = 1 - powf(b2, step);
#pragma omp parallel for schedule(static)
  for (int i = 0; i < N_PARAMS; i++) {
    const float x = g[i] * clip;
    m[i] = b1 * m[i] + (1 - b1) * x;
    v[i] = b2 * v[i] + (1 - b2) * x * x;
    p[i] -= rate * (m[i] / c1 / (sqrtf(v[i] / c2) + 1e-8f) + DECAY * p[i]);
  }
}

static void save(const Params *p, const char *out, int step) {
  char name[4096];
  snprintf(name, sizeof name, "%s.%d.bin", out, step);
  FILE *f = fopen(name, "wb");
  if (!f || fwrite(p, sizeof *p, 1, f) != 1 || fclose(f)) fail("cannot be written", name);
  printf("saved %s\n", name);
}

int main(int argc, char **argv) {
  if (argc < 6) fail("arguments: DATA OUT SEED STEPS ROWS [STOP...]", "usage");
  Data data = load(argv[1]);
  const unsigned long long seed = strtoull(argv[3], 0, 10);
  const int steps = atoi(argv[4]), rows = atoi(argv[5]);
  if (rows % SHARDS) fail("must be a multiple of 4", "ROWS");
  Params *p = calloc(1, sizeof *p), *t = calloc(1, sizeof *t), *m = calloc(1, sizeof *m), *v = calloc(1, sizeof *v);
  Shard shards[SHARDS];
  for (int i = 0; i < SHARDS; i++) shard_alloc(&shards[i], rows / SHARDS);
  model_init(p, seed);
  rand_state = seed ^ 0x5bd1e995;
  printf("%d parameters, %d rows, %d steps\n", (int)N_PARAMS, data.rows, steps);
  const time_t begun = time(0);
  double mean = 0;
  long tokens = 0;
  for (int step = 1, next = data.rows; step <= steps; step++) {
    for (int i = 0; i < SHARDS; i++) shards[i].batch.n = shards[i].batch.rows = 0;
    for (int r = 0; r < rows; r++) {
      if (next == data.rows) shuffle(&data), next = 0;
      append(&shards[r % SHARDS].batch, data.words + data.at[next++]);
    }
    const double loss = run(p, t, shards);
    const float warm = fminf(1, (float)step / WARM_UP), rate = PEAK_RATE * warm * (0.02f + 0.98f * 0.5f * (1 + cosf(3.14159265f * step / steps)));
    adamw((float *)p, (float *)shards[0].grad, (float *)m, (float *)v, step, rate);
    mean = step == 1 ? loss : 0.98 * mean + 0.02 * loss;
    for (int i = 0; i < SHARDS; i++) tokens += shards[i].batch.n;
    if (step % 100 == 0) {
      printf("step %d loss %.4f, %ld s, %.0f tokens/s\n", step, mean, (long)(time(0) - begun), tokens / fmax(1, time(0) - begun));
      fflush(stdout);
    }
    int stop = step == steps;
    for (int i = 6; i < argc; i++) stop |= atoi(argv[i]) == step;
    if (stop) save(p, argv[2], step);
  }
  return 0;
}
