import { Button } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';

/** In place of a page that could not be loaded, or that failed at what it was to show. */
export const BrokenPage = ({ error }: { readonly error: unknown }) => (
  <Page title="This page cannot be shown">
    <div className="failure" role="alert">
      <strong>The console failed</strong>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      <p>
        Either the service does not answer, or this console is older than the service, or it is at fault.
        Reload it; other pages may work as they are.
      </p>
      <p>
        <Button onClick={() => window.location.reload()}>Reload</Button>
      </p>
    </div>
  </Page>
);
