import { BargeinError } from '../errors.ts';

/**
 * What keeps a server from doing its work: wrong options of the local server, the gateway or the fleet, a malformed
 * scenario or fault, an address that can't be had, a package that is missing, a back end or a voice that fails. `code`
 * tells which, `message` what to do.
 */
export class ServerError extends BargeinError {}
