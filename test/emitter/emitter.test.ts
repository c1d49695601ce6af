import { EventEmitter } from '../../src/emitter.node.ts';
import { describeEmitter } from './contract.ts';
import './own-emitter.ts';

describeEmitter('node:events', EventEmitter);
