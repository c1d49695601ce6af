/* One native resampler behind a pipe. The build picks the library: -DUSE_SPEEXDSP, -DUSE_SOXR or -DUSE_SAMPLERATE.
 * Arguments: input rate, output rate, quality. On standard input, one order at a time (native byte order):
 *   'c' u32 n, n floats   convert them; answers u32 m, m floats
 *   't' u32 times u32 n, n floats   convert that block `times` times; answers f64 nanoseconds
 * It ends with its input. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef USE_SPEEXDSP
#include <speex/speex_resampler.h>
static SpeexResamplerState *state;
static int begin(double in, double out, int quality) {
  int error = 0;
  state = speex_resampler_init(1, (spx_uint32_t)in, (spx_uint32_t)out, quality, &error);
  return error == 0 && state != NULL;
}
static uint32_t convert(const float *src, uint32_t n, float *dst, uint32_t room) {
  spx_uint32_t used = n, made = room;
  speex_resampler_process_float(state, 0, src, &used, dst, &made);
  return made;
}
#endif

#ifdef USE_SOXR
#include <soxr.h>
static soxr_t state;
static int begin(double in, double out, int quality) {
  soxr_error_t error = NULL;
  soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  soxr_quality_spec_t recipe = soxr_quality_spec((unsigned long)quality, 0);
  soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  state = soxr_create(in, out, 1, &error, &io, &recipe, &runtime);
  return error == NULL;
}
static uint32_t convert(const float *src, uint32_t n, float *dst, uint32_t room) {
  size_t used = 0, made = 0;
  soxr_process(state, src, n, &used, dst, room, &made);
  return (uint32_t)made;
}
#endif

#ifdef USE_SAMPLERATE
#include <samplerate.h>
static SRC_STATE *state;
static double ratio;
static int begin(double in, double out, int quality) {
  int error = 0;
  ratio = out / in;
  state = src_new(quality, 1, &error);
  return state != NULL;
}
static uint32_t convert(const float *src, uint32_t n, float *dst, uint32_t room) {
  SRC_DATA step = {0};
  step.data_in = src;
  step.input_frames = n;
  step.data_out = dst;
  step.output_frames = room;
  step.src_ratio = ratio;
  src_process(state, &step);
  return (uint32_t)step.output_frames_gen;
}
#endif

static void read_exactly(void *bytes, size_t count) {
  if (fread(bytes, 1, count, stdin) != count) exit(0);
}

int main(int argc, char **argv) {
  if (argc != 4 || !begin(atof(argv[1]), atof(argv[2]), atoi(argv[3]))) return 1;
  uint32_t capacity = 0;
  float *src = NULL, *dst = NULL;
  for (;;) {
    char order;
    uint32_t times = 1, n;
    read_exactly(&order, 1);
    if (order == 't') read_exactly(&times, sizeof times);
    read_exactly(&n, sizeof n);
    if (n > capacity) {
      capacity = n;
      src = realloc(src, capacity * sizeof *src);
      dst = realloc(dst, (capacity * 32u + 65536u) * sizeof *dst);
      if (src == NULL || dst == NULL) return 1;
    }
    const uint32_t room = n * 32u + 65536u;
    read_exactly(src, n * sizeof *src);
    if (order == 'c') {
      const uint32_t made = convert(src, n, dst, room);
      fwrite(&made, sizeof made, 1, stdout);
      fwrite(dst, sizeof *dst, made, stdout);
    } else {
      struct timespec start, end;
      clock_gettime(CLOCK_MONOTONIC, &start);
      for (uint32_t i = 0; i < times; i++) convert(src, n, dst, room);
      clock_gettime(CLOCK_MONOTONIC, &end);
      const double ns = (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
      fwrite(&ns, sizeof ns, 1, stdout);
    }
    fflush(stdout);
  }
}
