export { loadCore, probeBuild, type CoreBuild } from '../wasm/core.ts';
export { Resampler, type ResamplerOptions } from './resampler.ts';
