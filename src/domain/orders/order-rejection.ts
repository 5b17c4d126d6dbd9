import type { Money } from '../shared/money.ts';
import type { PricingRejection } from './order-pricing.ts';

export type OrderRejection =
  | PricingRejection
  | { readonly code: 'order-not-found' }
  | { readonly code: 'order-not-payable'; readonly status: string }
  | { readonly code: 'order-not-amendable'; readonly why: string }
  | { readonly code: 'order-not-cancellable'; readonly why: string }
  | { readonly code: 'order-not-fulfillable'; readonly status: string }
  | { readonly code: 'order-not-returnable'; readonly status: string }
  | { readonly code: 'stock-unavailable' }
  | { readonly code: 'payment-already-claimed'; readonly due: Money }
  | { readonly code: 'payment-exceeds-due'; readonly due: Money }
  | { readonly code: 'line-unknown'; readonly field: string; readonly lineId: string }
  | { readonly code: 'quantity-exceeds-available'; readonly field: string; readonly available: number }
  | { readonly code: 'fulfilment-not-found' }
  | { readonly code: 'fulfilment-not-in-state'; readonly status: string; readonly needed: string }
  | { readonly code: 'return-not-found' };
