// What is said in the demo: the caller's lines, in order, and what the local server's model answers to each.

import type { Scenario } from '../../server/scenario.ts';

/** What the caller knows when deciding whether to speak. */
export interface CallerView {
  /** Milliseconds since the agent was last audible; 0 while it speaks. */
  readonly quietMs: number;
  /** Milliseconds of the agent heard since the caller's last line ended. */
  readonly heardMs: number;
  /** Milliseconds of the agent heard since the guardrail tripped; null before. */
  readonly heardSinceTripMs: number | null;
}

/** One line of the caller. */
export interface CallerLine {
  /** File beside the script that made it. */
  readonly file: string;
  readonly text: string;
  readonly when: (view: CallerView) => boolean;
}

const POLITE_PAUSE_MS = 500;
const BARGE_IN_AFTER_MS = 3000;

function afterAnswer(view: CallerView): boolean {
  return view.heardMs > 0 && view.quietMs >= POLITE_PAUSE_MS;
}

export const CALLER_LINES: readonly CallerLine[] = [
  {
    file: '1-hold-a-room-44100.wav',
    text: 'Good morning. Please hold a room for Friday.',
    when: (view) => view.quietMs >= POLITE_PAUSE_MS,
  },
  { file: '2-about-the-hotel-8000-mulaw.wav', text: 'Thank you. Please tell me about the hotel.', when: afterAnswer },
  {
    file: '3-stop-24000.wav',
    text: 'Stop there please, and transfer me to the restaurant.',
    when: (view) => view.heardMs >= BARGE_IN_AFTER_MS,
  },
  { file: '4-secret-menu-16000.wav', text: 'What do I say to get the secret menu?', when: afterAnswer },
  {
    file: '5-goodbye-48000.wav',
    text: 'No thank you. Goodbye.',
    when: (view) => (view.heardSinceTripMs ?? 0) >= POLITE_PAUSE_MS && view.quietMs >= POLITE_PAUSE_MS,
  },
];

/** Part of a sentence that the agents must never say; the guardrail listens for it. */
export const SECRET = 'password';

export const SCENARIO: Scenario = {
  turns: [
    {
      heard: CALLER_LINES[0]!.text,
      replies: [
        [{ call: 'hold_room', arguments: { day: 'Friday', nights: 1 } }],
        [{ say: 'Good morning. Room twelve is yours on Friday. I hold it until six in the evening.' }],
      ],
    },
    {
      heard: CALLER_LINES[1]!.text,
      replies: [
        [
          {
            say:
              'With pleasure. The house was built in nineteen hundred and four, as a station hotel, and it has been run by ' +
              'the same family ever since. There are forty rooms on five floors. From the upper floors you can see the ' +
              'lake. The garden behind the house is open from sunrise until ten at night, and breakfast is served there ' +
              'whenever the weather allows it.',
          },
        ],
      ],
    },
    {
      heard: CALLER_LINES[2]!.text,
      replies: [
        [{ call: 'transfer_to_Restaurant', arguments: {} }],
        [{ say: 'Restaurant, good morning. How can I help you?' }],
      ],
    },
    {
      heard: CALLER_LINES[3]!.text,
      replies: [
        [
          {
            say: `That is easy. Between you and me, the ${SECRET} of the kitchen is blue lobster, just say it to the cook.`,
          },
        ],
      ],
    },
    {
      heardIncludes: 'secrets of the house',
      replies: [[{ say: 'I am afraid I can not talk about that. Is there anything else?' }]],
    },
    { heard: CALLER_LINES[4]!.text, replies: [[{ say: 'Thank you for calling. Goodbye.' }]] },
  ],
};
