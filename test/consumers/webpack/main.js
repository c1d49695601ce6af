import { report } from '../hold-call.js';

report();
