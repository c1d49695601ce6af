import { testInterleavings } from './style-search.ts';

testInterleavings('faithful', [
  'a call ran',
  'an approved call ran',
  'a call was rejected',
  'a call came after the interrupt',
  'a guardrail tripped',
  'an item was truncated',
  'a request met an active response',
  'two interrupts on one connection',
  'a call that has changed its connection',
  'audio outlived its server',
  'handoffSettled',
  'interruptOverdue',
  'serverTurnOverdue',
  'disconnected',
  'close',
  'updateHistory',
  'agentPrepared',
]);
