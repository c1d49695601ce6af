import type { WireInputImage, WireInputText } from './client-events.ts';

/** A message of the user as the public API takes it. */
type UserInput =
  | string
  | {
      readonly content: readonly (
        | { readonly type: 'input_text'; readonly text: string }
        | {
            readonly type: 'input_image';
            /** A data URL. */
            readonly image: string;
            readonly providerData?: Readonly<Record<string, unknown>>;
          }
      )[];
    };

/** The item that `conversation.item.create` takes for a message of the user. */
export function userMessage(message: UserInput): {
  type: 'message';
  role: 'user';
  content: (WireInputText | WireInputImage)[];
} {
  const parts = typeof message === 'string' ? [{ type: 'input_text' as const, text: message }] : message.content;
  const content = parts.map((part): WireInputText | WireInputImage =>
    part.type === 'input_image' ? { type: 'input_image', image_url: part.image, ...part.providerData } : part,
  );
  return { type: 'message', role: 'user', content };
}
