import { report } from '../hold-call.js';

report({ playbackWorkletUrl: './playback.js', captureWorkletUrl: './capture.js' });
