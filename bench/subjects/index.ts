import type { Subject } from '../subject.ts';
import { base64Subjects } from './base64.ts';
import { g711Subjects } from './g711.ts';
import { meterSubjects } from './meter.ts';
import { pcm16Subjects } from './pcm16.ts';
import { pathSubjects } from './paths.ts';
import { playoutSubjects } from './playout.ts';
import { quantumSubjects } from './quantum.ts';
import { resamplerSubjects } from './resampler.ts';
import { sessionSubjects } from './session.ts';
import { sizeSubjects } from './size.ts';
import { workerSubjects } from './worker.ts';

/** Everything that is measured, in the order of the report. */
export const SUBJECTS: readonly Subject[] = [
  ...g711Subjects,
  ...pcm16Subjects,
  ...meterSubjects,
  ...base64Subjects,
  ...pathSubjects,
  ...sizeSubjects,
  ...quantumSubjects,
  ...playoutSubjects,
  ...resamplerSubjects,
  ...workerSubjects,
  ...sessionSubjects,
];
