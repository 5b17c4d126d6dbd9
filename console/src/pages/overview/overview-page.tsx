import { Answer } from '../../ui/answer.tsx';
import { Button } from '../../ui/button.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { useFilter } from '../../ui/use-filter.ts';
import { CapturedChart, OrdersChart, SuccessChart } from './activity-charts.tsx';
import { RANGES, type Range } from './activity.ts';
import { Latest } from './latest.tsx';
import { MachineryStrip } from './machinery-strip.tsx';
import { Numbers } from './numbers.tsx';
import { useActivity } from './use-activity.ts';
import { Waiting } from './waiting.tsx';
import './overview.css';

const CHOICES = [
  ['hour', 'Last hour'],
  ['day', 'Last 24 hours'],
] as const;

export default function OverviewPage() {
  const [{ range: given, currency }, setFilter] = useFilter(['range', 'currency']);
  const range: Range = given === 'day' ? 'day' : 'hour';
  const activity = useActivity(range);
  return (
    <Page title="Overview">
      <Waiting />
      <Section
        title="Activity"
        actions={
          <div className="button-row" role="group" aria-label="Period">
            {CHOICES.map(([value, text]) => (
              <Button
                key={value}
                aria-pressed={range === value}
                onClick={() => setFilter('range', value === 'hour' ? '' : value)}
              >
                {text}
              </Button>
            ))}
          </div>
        }
      >
        <Answer query={activity} rows={14}>
          {(shown) => (
            <>
              <Numbers {...shown} />
              <div className="charts">
                <OrdersChart {...shown} />
                <CapturedChart
                  {...shown}
                  currency={currency}
                  onCurrency={(wanted) => setFilter('currency', wanted)}
                />
                <SuccessChart {...shown} />
              </div>
              <p className="muted chart-note">
                The {RANGES[shown.range].step} that is not over yet is counted as far as it has come.
              </p>
            </>
          )}
        </Answer>
      </Section>
      <div className="overview-foot">
        <Latest />
        <MachineryStrip />
      </div>
    </Page>
  );
}
