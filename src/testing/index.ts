// For tests of voice apps: both ends of a call in memory, and time that a test moves. Needs no test runner.

export { MemoryPhoneSocket, wireInMemory, wireOver, type PhoneWire, type PhoneWirePair } from './phone-wire.ts';
export { PhoneSimulator, type PhoneClear, type PhoneSimulatorOptions, type PhoneWarning } from './phone-simulator.ts';
export { ScriptedSocket } from './scripted-socket.ts';
export { ForeignTransport, messageItem, ScriptedPlayout, ScriptedTransport, type Sent } from './scripted-transports.ts';
export { VirtualClock, type Settle } from './virtual-clock.ts';
