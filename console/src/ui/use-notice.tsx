import { useState, type ReactNode } from 'react';

/** What came of something, said where it was asked for. It is there from the start, so that it is read out. */
export function useNotice(): readonly [notice: ReactNode, say: (text: string) => void] {
  const [text, say] = useState('');
  const notice = (
    <p role="status" className={text === '' ? 'visually-hidden' : 'notice'}>
      {text}
    </p>
  );
  return [notice, say];
}
