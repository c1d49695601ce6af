/** Puts an AudioWorklet of its own where there is none; it has no exports. */
declare module 'audioworklet-polyfill';
