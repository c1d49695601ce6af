/** An element of the page; throws when the page lacks it. */
function part<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`the page has no ${kind.name} #${id}`);
}

/** The elements of `index.html` that do something. */
export interface PageParts {
  readonly status: HTMLElement;
  readonly notice: HTMLElement;
  readonly service: HTMLSelectElement;
  readonly microphone: HTMLSelectElement;
  readonly speaker: HTMLSelectElement;
  readonly call: HTMLButtonElement;
  readonly mute: HTMLButtonElement;
  readonly interrupt: HTMLButtonElement;
  readonly save: HTMLButtonElement;
  readonly open: HTMLInputElement;
  readonly theme: HTMLButtonElement;
  readonly help: HTMLButtonElement;
  readonly shortcuts: HTMLDialogElement;
  readonly waveform: HTMLCanvasElement;
  readonly scrubber: HTMLElement;
  readonly scrub: HTMLInputElement;
  readonly clock: HTMLElement;
  readonly userMeter: HTMLMeterElement;
  readonly agentMeter: HTMLMeterElement;
  readonly depth: HTMLElement;
  readonly target: HTMLElement;
  readonly underruns: HTMLElement;
  readonly permission: HTMLElement;
  readonly approvals: HTMLElement;
  readonly transcript: HTMLOListElement;
  readonly say: HTMLFormElement;
  readonly words: HTMLInputElement;
  readonly events: HTMLOListElement;
  readonly filter: HTMLInputElement;
  readonly direction: HTMLSelectElement;
  readonly withAudio: HTMLInputElement;
  readonly count: HTMLElement;
}

/** Finds them all. */
export function pageParts(): PageParts {
  return {
    status: part('status', HTMLElement),
    notice: part('notice', HTMLElement),
    service: part('service', HTMLSelectElement),
    microphone: part('microphone', HTMLSelectElement),
    speaker: part('speaker', HTMLSelectElement),
    call: part('call', HTMLButtonElement),
    mute: part('mute', HTMLButtonElement),
    interrupt: part('interrupt', HTMLButtonElement),
    save: part('save', HTMLButtonElement),
    open: part('open', HTMLInputElement),
    theme: part('theme', HTMLButtonElement),
    help: part('help', HTMLButtonElement),
    shortcuts: part('shortcuts', HTMLDialogElement),
    waveform: part('waveform', HTMLCanvasElement),
    scrubber: part('scrubber', HTMLElement),
    scrub: part('scrub', HTMLInputElement),
    clock: part('clock', HTMLElement),
    userMeter: part('user-meter', HTMLMeterElement),
    agentMeter: part('agent-meter', HTMLMeterElement),
    depth: part('depth', HTMLElement),
    target: part('target', HTMLElement),
    underruns: part('underruns', HTMLElement),
    permission: part('permission', HTMLElement),
    approvals: part('approvals', HTMLElement),
    transcript: part('transcript', HTMLOListElement),
    say: part('say', HTMLFormElement),
    words: part('words', HTMLInputElement),
    events: part('events', HTMLOListElement),
    filter: part('filter', HTMLInputElement),
    direction: part('direction', HTMLSelectElement),
    withAudio: part('with-audio', HTMLInputElement),
    count: part('count', HTMLElement),
  };
}
