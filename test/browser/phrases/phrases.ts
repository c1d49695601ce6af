/** What the microphone says, and what the server says to each. Real recognition has to tell them all apart. */
export const EXCHANGES = [
  { asked: 'what is the weather please', answered: 'it will be warm and dry all day' },
  { asked: 'transfer me please', answered: 'someone will be with you in a minute' },
  { asked: 'hold a room for tomorrow', answered: 'your room has a view of the lake' },
] as const;

/** Never said, but possible as far as the recogniser knows. */
export const DECOYS = [
  'what is the way please',
  'transfer the money please',
  'hold the line for tomorrow',
  'it will be cold and wet all day',
  'nobody will be with you in an hour',
  'your room has a bath and a bed',
] as const;
