// How much is searched in one run of the tests, and from where.

/** Interleavings in all: two fifths faithful, two fifths adversarial, one fifth behind features. */
const total = Number(process.env['BARGEIN_INTERLEAVINGS'] ?? 200_000);

/** Interleavings of each style. */
export const STYLE_INTERLEAVINGS = Math.ceil((total * 2) / 5);

/** Interleavings behind features, over all of them. */
export const FEATURE_INTERLEAVINGS = Math.ceil(total / 5);

/** Where the search begins; the message of a violation names it. */
export const SEED = Number(process.env['BARGEIN_SEED'] ?? 20_260_214);
