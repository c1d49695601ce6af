import { EventEmitter } from 'node:events';

/**
 * A model of your own as a transport. `model` gets the last message or tool output and answers with `{ say }` or
 * `{ call, arguments }`; what is a loop here is a socket to a service in earnest.
 */
export class OwnTransport extends EventEmitter {
  status = 'disconnected';
  muted = null;
  #model;
  #lastId = 0;

  constructor(model) {
    super();
    this.#model = model;
  }

  async connect({ initialSessionConfig }) {
    this.#change('connected');
    this.updateSessionConfig(initialSessionConfig);
  }

  close() {
    if (this.status === 'connected') this.#change('disconnected');
  }

  // What the session wants sent.
  sendMessage(message, _otherEventData, { triggerResponse = true } = {}) {
    const text = typeof message === 'string' ? message : message.content.map((part) => part.text ?? '').join(' ');
    this.#tell('user', [{ type: 'input_text', text }]);
    if (triggerResponse) void this.#respond(text);
  }

  sendFunctionCallOutput(_call, output, startResponse) {
    this.output = output;
    if (startResponse) this.requestResponse();
  }

  requestResponse() {
    void this.#respond(this.output ?? '');
  }

  updateSessionConfig({ instructions = '' }) {
    this.instructions = instructions;
  }

  interrupt() {
    this.emit('audio_interrupted');
  }

  // What this model has no use for.
  sendEvent() {}
  sendAudio() {}
  addImage() {}
  mute() {}
  resetHistory() {}
  sendMcpResponse() {}

  /** One response: what the model says as an item, what it calls as an event, then the end. */
  async #respond(input) {
    const responseId = this.#newId('resp');
    this.emit('turn_started', { type: 'response_started', providerData: { response: { id: responseId } } });
    const answer = await this.#answerTo(input);
    if (answer.call === undefined) this.#tell('assistant', [{ type: 'output_text', text: answer.say }]);
    else {
      const call = { name: answer.call, callId: this.#newId('call'), arguments: JSON.stringify(answer.arguments) };
      this.emit('function_call', { type: 'function_call', id: this.#newId('item'), responseId, ...call });
    }
    const content = [{ type: 'text', text: answer.say ?? '' }];
    const output = answer.call === undefined ? [{ type: 'message', role: 'assistant', content }] : [];
    this.emit('turn_done', { type: 'response_done', response: { id: responseId, output } });
  }

  async #answerTo(input) {
    try {
      return await this.#model(input, this.instructions);
    } catch (error) {
      this.emit('error', { type: 'error', error });
      return { say: '' };
    }
  }

  #tell(role, content) {
    this.emit('item_update', { type: 'message', itemId: this.#newId('item'), role, status: 'completed', content });
  }

  #change(status) {
    this.status = status;
    this.emit('connection_change', status);
  }

  #newId(kind) {
    return `${kind}_${++this.#lastId}`;
  }
}
