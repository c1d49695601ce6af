// Our own emitter is the one that browsers get, so its contract holds there too.
import '../emitter/own-emitter.ts';
