import { useState, type SubmitEvent } from 'react';
import { useLocation } from 'wouter';

/** Takes an id, a customer or an amount to the page that finds it. */
export function SearchBox() {
  const [text, setText] = useState('');
  const [, go] = useLocation();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const wanted = text.trim();
    if (wanted !== '') go(`/search?q=${encodeURIComponent(wanted)}`);
  };
  return (
    <form role="search" className="search" onSubmit={submit}>
      <input
        type="search"
        aria-label="Find an order or a payment by id, customer or amount"
        placeholder="Order, payment, customer or amount"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </form>
  );
}
