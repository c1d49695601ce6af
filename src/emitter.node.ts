import { EventEmitter as NodeEventEmitter } from 'node:events';
import type * as surface from './emitter-surface.ts';

export type { EventMap, TypedEmitter } from './emitter-surface.ts';

/** An emitter; on Node an instance of `node:events`' class. */
export type EventEmitter<Events = surface.EventMap> = surface.EventEmitter<Events>;

/** Node's own class, with the types that both implementations share. */
export const EventEmitter: surface.EventEmitterConstructor = NodeEventEmitter as never;
