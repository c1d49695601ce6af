import type { RunToolApprovalItem } from '../../agent/approval-item.ts';

/** Asks whether a tool may run. */
export class Approvals {
  readonly #place: HTMLElement;
  readonly #decide: (item: RunToolApprovalItem, isApproved: boolean) => void;

  constructor(place: HTMLElement, decide: (item: RunToolApprovalItem, isApproved: boolean) => void) {
    this.#place = place;
    this.#decide = decide;
  }

  ask(item: RunToolApprovalItem): void {
    const card = document.createElement('div');
    card.className = 'approval';
    card.setAttribute('role', 'group');
    card.setAttribute('aria-label', `Approval of ${item.name ?? 'a tool'}`);
    const question = document.createElement('p');
    const call = document.createElement('code');
    call.textContent = `${item.name ?? ''}(${item.arguments ?? ''})`;
    question.append('The agent wants to run ', call);
    const answer = (text: string, className: string, isApproved: boolean): HTMLButtonElement => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = className;
      button.textContent = text;
      button.addEventListener('click', () => {
        card.remove();
        this.#decide(item, isApproved);
      });
      return button;
    };
    card.append(question, answer('Approve', 'primary', true), answer('Reject', '', false));
    this.#place.append(card);
  }

  clear(): void {
    this.#place.replaceChildren();
  }
}
