import { testInterleavings } from './style-search.ts';

// Decisions, trips and audio of a lost server are rare in its hands; the faithful world has them.
testInterleavings('adversarial', [
  'a call ran',
  'a call came after the interrupt',
  'an item was truncated',
  'a request met an active response',
  'two interrupts on one connection',
  'a call that has changed its connection',
  'handoffSettled',
  'interruptOverdue',
  'serverTurnOverdue',
  'disconnected',
  'close',
  'updateHistory',
  'agentPrepared',
]);
