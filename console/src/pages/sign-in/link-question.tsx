import { useMutation } from '@tanstack/react-query';
import type { SubmitEvent } from 'react';
import { useSession } from '../../service/session.tsx';
import { Failure } from '../../ui/answer.tsx';
import { Button } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';

/** Whoever is signed in becomes somebody else only if they say so: anybody can send them a link. */
export function LinkQuestion() {
  const { session, takeLink, leaveLink } = useSession();
  const taking = useMutation({ mutationFn: takeLink });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    taking.mutate();
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <Page title="Sign in with this link instead?">
          <p>
            You are signed in as <code>{session?.actor}</code>. With the link you would act as whom it was
            made for, in all tabs of this browser.
          </p>
          {taking.error !== null && <Failure error={taking.error} />}
          <div className="button-row">
            <Button tone="primary" onClick={leaveLink}>
              Stay who I am
            </Button>
            <Button type="submit" disabled={taking.isPending}>
              Sign in with the link
            </Button>
          </div>
        </Page>
      </form>
    </main>
  );
}
