/** What the tea shop of the demo data sells. Prices in minor units: cents, cents, yen. */
const PRODUCTS = {
  sencha: { name: 'Sencha Fukamushi, 100 g', USD: 1450, EUR: 1390, JPY: 1600, isFood: true },
  gyokuro: { name: 'Gyokuro Yame, 50 g', USD: 3200, EUR: 2990, JPY: 3800, isFood: true },
  matcha: { name: 'Matcha Ceremonial, 30 g', USD: 2800, EUR: 2650, JPY: 3200, isFood: true },
  darjeeling: { name: 'Darjeeling First Flush, 100 g', USD: 1900, EUR: 1790, JPY: 2300, isFood: true },
  earlgrey: { name: 'Earl Grey Reserve, 250 g', USD: 1650, EUR: 1550, JPY: 1900, isFood: true },
  sample: { name: 'Sample box, six teas', USD: 900, EUR: 850, JPY: 1000, isFood: true },
  teapot: { name: 'Kyusu teapot, 300 ml', USD: 5400, EUR: 4990, JPY: 6600, isFood: false },
  gaiwan: { name: 'Gaiwan, white porcelain', USD: 2600, EUR: 2450, JPY: 3000, isFood: false },
  kettle: { name: 'Gooseneck kettle, 1 l', USD: 8900, EUR: 8490, JPY: 11000, isFood: false },
  cup: { name: 'Yunomi cup', USD: 1200, EUR: 1100, JPY: 1400, isFood: false },
  whisk: { name: 'Bamboo whisk', USD: 1800, EUR: 1690, JPY: 2100, isFood: false },
} as const;

type Product = keyof typeof PRODUCTS;
export type Currency = 'USD' | 'EUR' | 'JPY';

/** How many of what; the second of two numbers is the discount of the whole line. */
export type Bought = Readonly<Partial<Record<Product, number | readonly [quantity: number, off: number]>>>;

/** Basis points. In Europe and Japan prices hold the tax, in America it comes on top. */
const TAX = {
  USD: { food: 0, other: 825 },
  EUR: { food: 700, other: 1900 },
  JPY: { food: 800, other: 1000 },
} as const satisfies Record<Currency, unknown>;

export const cash = (currency: Currency, amount: number) => ({ amount, currency });

export const lines = (currency: Currency, bought: Bought) =>
  Object.entries(bought).map(([productId, count]) => {
    const { name: productName, isFood, [currency]: price } = PRODUCTS[productId as Product];
    const [quantity, off] = typeof count === 'number' ? [count, 0] : count;
    return {
      ...{ productId, productName, quantity },
      unitPrice: cash(currency, price),
      taxRate: TAX[currency][isFood ? 'food' : 'other'],
      ...(off > 0 && { discount: cash(currency, off) }),
    };
  });

/** The body of an order, but for whose it is. */
export const basket = (currency: Currency, bought: Bought, shipping = 0) => ({
  items: lines(currency, bought),
  pricesIncludeTax: currency !== 'USD',
  ...(shipping > 0 && { shipping: cash(currency, shipping) }),
});
