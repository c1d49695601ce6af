import { BargeinError } from '../errors.ts';

/** Wrong options of the local server, a malformed scenario, and a voice that is missing or makes no speech. */
export class ServerError extends BargeinError {}
