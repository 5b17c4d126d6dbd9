import { useMutation } from '@tanstack/react-query';
import { useEffect, useState, type SubmitEvent } from 'react';
import { useSession } from '../../service/session.tsx';
import { Failure } from '../../ui/answer.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';

/** By an API key; whoever comes with a one-time link is signed in before this is shown, or sees why not. */
export function SignIn() {
  const { error, signIn } = useSession();
  const [apiKey, setApiKey] = useState('');
  const signing = useMutation({ mutationFn: () => signIn(apiKey.trim()) });
  useEffect(() => {
    document.title = 'Sign in · Order Payments';
  }, []);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    signing.mutate();
  };
  const fault = signing.error ?? (signing.isIdle ? error : undefined);
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <h1>Order Payments</h1>
        <p>
          Sign in with an API key, or open a one-time link: <code>npm run op -- sign-in</code> prints one.
        </p>
        <TextField
          label="API key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          value={apiKey}
          onValue={setApiKey}
          hint="It is exchanged for a session of this browser and kept nowhere."
        />
        {fault !== null && fault !== undefined && <Failure error={fault} />}
        <Button type="submit" tone="primary" disabled={signing.isPending || apiKey.trim() === ''}>
          {signing.isPending ? 'Signing in …' : 'Sign in'}
        </Button>
      </form>
    </main>
  );
}
