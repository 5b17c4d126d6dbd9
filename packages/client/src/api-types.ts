// Made from openapi.json by `npm run generate`; not edited by hand.

export interface paths {
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The process runs
         * @description For orchestrators: restart it when this does not answer.
         */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Requests can be served
         * @description For load balancers. What is degraded is named, and does not make it fail.
         */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/problems": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every problem code this API answers with
         * @description As JSON; as a page to whoever prefers text/html.
         */
        get: operations["listProblems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/problems/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What one problem code means
         * @description As JSON; as a page to whoever prefers text/html: when it happens, and what to do.
         */
        get: operations["getProblem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document
         * @description OpenAPI 3.1, made from the routes themselves.
         */
        get: operations["getApiDescription"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/asyncapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The messages that leave the service
         * @description As an AsyncAPI 3.0 document.
         */
        get: operations["getMessagesDescription"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Orders, newest first
         * @description Needs the scope `orders:read`.
         */
        get: operations["listOrders"];
        put?: never;
        /**
         * Place an order
         * @description Needs the scope `orders:write`.
         */
        post: operations["createOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{orderId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One order, as of its last change or as it was
         * @description Needs the scope `orders:read`.
         */
        get: operations["getOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change what was ordered, before it is fulfilled
         * @description Needs the scope `orders:write`.
         */
        patch: operations["amendOrder"];
        trace?: never;
    };
    "/api/orders/{orderId}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All that happened to an order and its payments, in order
         * @description Needs the scope `orders:read`.
         */
        get: operations["listOrderEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{orderId}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an order; what was paid for it goes back
         * @description Needs the scope `orders:write`.
         */
        post: operations["cancelOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{orderId}/fulfilments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set lines aside for one shipment
         * @description Needs the scope `orders:write`.
         */
        post: operations["createFulfilment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{orderId}/fulfilments/{fulfilmentId}/ship": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The lines leave the house
         * @description Needs the scope `orders:write`.
         */
        post: operations["shipFulfilment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{orderId}/fulfilments/{fulfilmentId}/deliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The shipment arrived; the last of a paid order completes it
         * @description Needs the scope `orders:write`.
         */
        post: operations["deliverFulfilment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{orderId}/fulfilments/{fulfilmentId}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give up a shipment that has not left yet
         * @description Needs the scope `orders:write`.
         */
        post: operations["cancelFulfilment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{orderId}/returns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Announce goods on their way back; a refund is a request of its own
         * @description Needs the scope `orders:write`.
         */
        post: operations["requestReturn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{orderId}/returns/{returnId}/receive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The goods are back
         * @description Needs the scope `orders:write`.
         */
        post: operations["receiveReturn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Payments, newest first; those of one order oldest first
         * @description With `orderId` all payments of that order that fit the other parameters, on one page. As with every list, what was changed in the last moment may still be shown as it was before.
         *
         *     Needs the scope `orders:read`.
         */
        get: operations["listPayments"];
        put?: never;
        /**
         * Pay an order; without an amount, all that is due
         * @description A declined payment is an answer too: 201 with status Failed, isSuccessful false and error.code.
         *
         *     Needs the scope `payments:write`.
         */
        post: operations["createPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/{paymentId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One payment, as of its last change or as it was
         * @description Needs the scope `orders:read`.
         */
        get: operations["getPayment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/{paymentId}/capture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take what is authorized, or part of it
         * @description Needs the scope `payments:write`.
         */
        post: operations["capturePayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/{paymentId}/void": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let go of what is authorized, while nothing was captured
         * @description Needs the scope `payments:write`.
         */
        post: operations["voidPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/{paymentId}/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask the provider now what became of the payment
         * @description Needs the scope `payments:write`.
         */
        post: operations["syncPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/{paymentId}/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give back what was captured, or part of it
         * @description Needs the scope `refunds:write`.
         */
        post: operations["refundPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/{paymentId}/refunds/{refundId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One refund of a payment
         * @description Needs the scope `orders:read`.
         */
        get: operations["getRefund"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/{paymentId}/refunds/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a refund would come to, or why it would be refused; nothing is done
         * @description The ETag is of the version that it was decided on: with it as If-Match, and of lines with the amount beside them, the refund does the same or is refused.
         *
         *     Needs the scope `refunds:write`.
         */
        post: operations["previewRefund"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/{paymentId}/refunds/{refundId}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve of a refund that somebody else asked for: the money goes back
         * @description Approving again is answered with the refund as it stands.
         *
         *     Needs the scope `refunds:approve`.
         */
        post: operations["approveRefund"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/{paymentId}/refunds/{refundId}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refuse a refund that waits for approval, one’s own included
         * @description Needs the scope `refunds:approve`.
         */
        post: operations["rejectRefund"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Refunds that wait for approval; the one that lapses first comes first
         * @description Needs the scope `orders:read`.
         */
        get: operations["listRefunds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/disputes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What customers’ banks want back, newest first
         * @description Needs the scope `orders:read`.
         */
        get: operations["listDisputes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/disputes/{disputeId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One dispute
         * @description Needs the scope `orders:read`.
         */
        get: operations["getDispute"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/disputes/{disputeId}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a dispute up: the money stays with the customer. Repeating it changes nothing
         * @description Needs the scope `refunds:write`.
         */
        post: operations["acceptDispute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/disputes/{disputeId}/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what speaks against an open dispute; the customer’s bank decides
         * @description Needs the scope `refunds:write`.
         */
        post: operations["submitDisputeEvidence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/customers/{customerId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Erase what is kept about a customer
         * @description Orders placed so far show `erased` in place of the customer and of where parcels can be followed; amounts, statuses and the ledger stay. It takes seconds. Asking again is answered the same, and so is asking for somebody who never ordered. An order placed afterwards under the same id is that of a new customer. Free text, such as the name of a product or a reason, is kept: it must not hold personal data.
         *
         *     Needs the scope `orders:write`.
         */
        delete: operations["eraseCustomer"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ledger/trial-balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What every account comes to, now or at an instant
         * @description Needs the scope `orders:read`.
         */
        get: operations["getTrialBalance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ledger/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The statement of an account, or all that was booked for an order, newest first
         * @description Needs the scope `orders:read`.
         */
        get: operations["listLedgerEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ledger/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every account that was ever booked on, by currency: what it is for and what it comes to
         * @description Needs the scope `orders:read`.
         */
        get: operations["listLedgerAccounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ledger/accounts/{account}/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was booked on an account in one currency, oldest first, and what it came to each time
         * @description What was booked exactly at `from` is in `opening`, what was booked exactly at `to` in an entry: the statements of periods that follow each other fit together, and both sums are those of the trial balance `at` the same instants.
         *
         *     Needs the scope `orders:read`.
         */
        get: operations["getAccountStatement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/breaks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where the ledger and a provider’s books do not agree, the newest day first
         * @description Needs the scope `orders:read`.
         */
        get: operations["listReconciliationBreaks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reconciliation/breaks/{breakId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A break, with what each of the books has to say of it now
         * @description The provider is asked while you wait, for some seconds at most. One that is away costs nothing but its side of the answer.
         *
         *     Needs the scope `orders:read`.
         */
        get: operations["getReconciliationBreak"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/daily-sales": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Orders and payments per day and currency, newest first
         * @description Needs the scope `orders:read`.
         */
        get: operations["listDailySales"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened, by minute or hour and currency, oldest first
         * @description Steps in which nothing happened are left out. The first is the one that `from` is in, the last the one that ends at `to` or has it in it; 1,500 at most. It may lag the log by what projectors are behind.
         *
         *     Needs the scope `orders:read`.
         */
        get: operations["listActivity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How much waits for a person, now
         * @description Each is counted up to 1,001, which means more than 1,000: asking costs the same however much there is. It may lag the log by what projectors are behind.
         *
         *     Needs the scope `orders:read`.
         */
        get: operations["getOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happens, live
         * @description Server-Sent Events: the messages that also leave by RabbitMQ, as they are appended. `event` is the type, `data` a JSON object with `messageId`, `correlationId`, `sequence` (of its stream) and `data`. Without `Last-Event-ID` it begins with what comes next; with one, right after it, which every client for Server-Sent Events does by itself when it reconnects; `0-0` is the beginning. What a newer version of the service wrote and this one cannot read comes as `event: unreadable`. Every 15 seconds without an event there is a comment.
         *
         *     Needs the scope `orders:read`.
         */
        get: operations["followEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhook-endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where messages are posted to, newest first
         * @description Needs the scope `admin`.
         */
        get: operations["listWebhookEndpoints"];
        put?: never;
        /**
         * Have messages posted to a URL of yours, from now on
         * @description Needs the scope `admin`.
         */
        post: operations["createWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhook-endpoints/{endpointId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One endpoint
         * @description Needs the scope `admin`.
         */
        get: operations["getWebhookEndpoint"];
        put?: never;
        post?: never;
        /**
         * Delete an endpoint with its deliveries and its secrets
         * @description Needs the scope `admin`.
         */
        delete: operations["deleteWebhookEndpoint"];
        options?: never;
        head?: never;
        /**
         * Change where and what is posted, or disable it, or enable it again
         * @description Needs the scope `admin`.
         */
        patch: operations["changeWebhookEndpoint"];
        trace?: never;
    };
    "/api/webhook-endpoints/{endpointId}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A new secret; the one before signs too, for a day unless said otherwise
         * @description Needs the scope `admin`.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhook-endpoints/{endpointId}/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Post a message of the type `webhook.ping`, whatever the endpoint asks for
         * @description Needs the scope `admin`.
         */
        post: operations["pingWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhook-deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was posted, or is still to be, newest first
         * @description Needs the scope `admin`.
         */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhook-deliveries/{deliveryId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One delivery with what came of each attempt
         * @description Needs the scope `admin`.
         */
        get: operations["getWebhookDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhook-deliveries/{deliveryId}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Post it again now, under the same id, and retry it as if it were new
         * @description Needs the scope `admin`.
         */
        post: operations["redeliverWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/dead-letters/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages that consumers gave up, by consumer and fault, the newest first
         * @description Needs the scope `ops`.
         */
        get: operations["listDeadLetterGroups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages that consumers gave up, the newest first
         * @description Needs the scope `ops`.
         */
        get: operations["listDeadLetters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/dead-letters/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand failed ones to their consumers again; what was replayed already stays as it is
         * @description Needs the scope `ops`.
         */
        post: operations["replayDeadLetters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/dead-letters/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give failed ones up for good; who did it and why is kept
         * @description Needs the scope `ops`.
         */
        post: operations["discardDeadLetters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/dead-letters/{letterId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One of them, with what the message holds and each time it was given up
         * @description Needs the scope `ops`.
         */
        get: operations["getDeadLetter"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/scheduled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What will happen by itself unless something else happens first, soonest first
         * @description Needs the scope `ops`.
         */
        get: operations["listScheduledWork"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How every projection and everything else that follows the log stands, shard by shard
         * @description Needs the scope `service`.
         */
        get: operations["listSubscriptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/subscriptions/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop a projection or another subscription; asking again is answered the same
         * @description Nothing is committed for it any more once this is answered. What it does outside the database, such as publishing, may be at work until `leaseMs` is null or below zero.
         *
         *     Needs the scope `service`.
         */
        post: operations["pauseSubscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/subscriptions/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a subscription go on that was paused, or that halted at an event; asking again is answered the same
         * @description The next process with a free hand takes it up.
         *
         *     Needs the scope `service`.
         */
        post: operations["resumeSubscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/projections/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The generations of a read model: the live one, and how far one has come that is being built
         * @description Needs the scope `service`.
         */
        get: operations["getProjection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/projections/{name}/rebuild": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Build a read model anew beside the one in use, which takes its place once it has caught up
         * @description Running services do it, and traffic goes on meanwhile. Asked again while one is being built, the answer is about that one.
         *
         *     Needs the scope `service`.
         */
        post: operations["rebuildProjection"];
        /**
         * Drop what is being built of a read model; never one that is live
         * @description Needs the scope `service`.
         */
        delete: operations["cancelRebuild"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/parked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events that subscriptions could not handle, with those of their streams that wait behind them
         * @description Needs the scope `service`.
         */
        get: operations["listParkedEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/parked/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have parked events tried again; what came of it is told by the list, where those that were handled are gone
         * @description Needs the scope `service`.
         */
        post: operations["retryParkedEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/parked/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give parked events up for good, each for its subscription; who did it and why is kept
         * @description Needs the scope `service`.
         */
        post: operations["discardParkedEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the process that answers is, and what it works on
         * @description Needs the scope `service`.
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Keys of the tenant, newest first, those that are good no longer included
         * @description Needs the scope `admin`.
         */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * Make a key that may do no more than who makes it; it is shown this once
         * @description Needs the scope `admin`.
         */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/api-keys/{keyId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One key
         * @description Needs the scope `admin`.
         */
        get: operations["getApiKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/api-keys/{keyId}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A new key in place of this one, which stays good for a day unless said otherwise
         * @description Needs the scope `admin`.
         */
        post: operations["rotateApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/api-keys/{keyId}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a key refused from now on, everywhere; asking again is answered the same
         * @description Needs the scope `admin`.
         */
        post: operations["revokeApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What operators of the tenant did and who was denied what, newest first
         * @description Denials are counted by the minute, appear within seconds, and are kept for 90 days; past 1,000 rows of a day they are only counted, by the hour. What operators did is kept for good.
         *
         *     Needs the scope `ops`.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who you are, and what you may do
         * @description Needs a key, a token or a session, and no scope.
         */
        get: operations["getSession"];
        put?: never;
        /**
         * Sign in to the console, with a key or with a link
         * @description Answers with a cookie that speaks for the key: for what it may do, and for as long as it may. For browsers; other clients send the key itself.
         */
        post: operations["openSession"];
        /**
         * Sign out: the session is over, everywhere; a key or a token is as good as before
         * @description Needs a key, a token or a session, and no scope.
         */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events of the log, newest first unless asked otherwise
         * @description The events of the tenant, those of no order too, across all shards by time, shard and position; a shard whose clock was set back keeps the order of its log. A request looks through a few thousand events at most, so for what is rare a page can be short, or empty, and still have a `nextCursor`: go on with it until it is null. To follow what comes, ask with `order=oldest`, the same filter and as `cursor` the `followCursor` of the answer before, again and again, with a pause when `nextCursor` is null; nothing is left out and nothing told twice.
         *
         *     Needs the scope `ops`.
         */
        get: operations["listLogEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/log/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One event, what caused it up to the first request, and what it caused in turn
         * @description Needs the scope `ops`.
         */
        get: operations["getLogEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/shards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far each shard of the log has come, with the events of all tenants
         * @description Needs the scope `ops`.
         */
        get: operations["listShards"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics of this process
         * @description In the text format of Prometheus. Of the whole service: they name no tenant.
         *
         *     Needs the scope `ops`.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/psp/{provider}/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a payment provider reports by itself
         * @description For payment providers. The body is believed only if its signature is right and recent; answered once it is stored. Repeating it changes nothing.
         */
        post: operations["receiveProviderWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** Order */
        Order: {
            /**
             * Format: uuid
             * @description Made by us
             */
            orderId: string;
            customerId: string;
            /** @enum {unknown} */
            status: "Created" | "Confirmed" | "Completed" | "Cancelling" | "Cancelled" | "Expired";
            /** @enum {unknown} */
            paymentStatus: "Unpaid" | "Pending" | "PartiallyAuthorized" | "Authorized" | "PartiallyPaid" | "Paid" | "Overpaid" | "PartiallyRefunded" | "Refunded";
            /** @enum {unknown} */
            fulfilmentStatus: "None" | "Partial" | "Fulfilled" | "Returned";
            currency: string;
            pricesIncludeTax: boolean;
            items: {
                lineId: string;
                productId: string;
                productName: string;
                /** Format: int64 */
                quantity: number;
                /**
                 * @example {
                 *       "amount": 1999,
                 *       "currency": "USD"
                 *     }
                 */
                unitPrice: {
                    /**
                     * Format: int64
                     * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                     */
                    amount: number;
                    /**
                     * Format: currency
                     * @description ISO 4217 code
                     * @example USD
                     */
                    currency: string;
                };
                /**
                 * @example {
                 *       "amount": 1999,
                 *       "currency": "USD"
                 *     }
                 */
                discount: {
                    /**
                     * Format: int64
                     * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                     */
                    amount: number;
                    /**
                     * Format: currency
                     * @description ISO 4217 code
                     * @example USD
                     */
                    currency: string;
                };
                /**
                 * Format: int64
                 * @description Basis points
                 */
                taxRate: number;
                /**
                 * @example {
                 *       "amount": 1999,
                 *       "currency": "USD"
                 *     }
                 */
                net: {
                    /**
                     * Format: int64
                     * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                     */
                    amount: number;
                    /**
                     * Format: currency
                     * @description ISO 4217 code
                     * @example USD
                     */
                    currency: string;
                };
                /**
                 * @example {
                 *       "amount": 1999,
                 *       "currency": "USD"
                 *     }
                 */
                tax: {
                    /**
                     * Format: int64
                     * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                     */
                    amount: number;
                    /**
                     * Format: currency
                     * @description ISO 4217 code
                     * @example USD
                     */
                    currency: string;
                };
            }[];
            totals: {
                /**
                 * @example {
                 *       "amount": 1999,
                 *       "currency": "USD"
                 *     }
                 */
                items: {
                    /**
                     * Format: int64
                     * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                     */
                    amount: number;
                    /**
                     * Format: currency
                     * @description ISO 4217 code
                     * @example USD
                     */
                    currency: string;
                };
                /**
                 * @example {
                 *       "amount": 1999,
                 *       "currency": "USD"
                 *     }
                 */
                discount: {
                    /**
                     * Format: int64
                     * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                     */
                    amount: number;
                    /**
                     * Format: currency
                     * @description ISO 4217 code
                     * @example USD
                     */
                    currency: string;
                };
                /**
                 * @example {
                 *       "amount": 1999,
                 *       "currency": "USD"
                 *     }
                 */
                tax: {
                    /**
                     * Format: int64
                     * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                     */
                    amount: number;
                    /**
                     * Format: currency
                     * @description ISO 4217 code
                     * @example USD
                     */
                    currency: string;
                };
                /**
                 * @example {
                 *       "amount": 1999,
                 *       "currency": "USD"
                 *     }
                 */
                shipping: {
                    /**
                     * Format: int64
                     * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                     */
                    amount: number;
                    /**
                     * Format: currency
                     * @description ISO 4217 code
                     * @example USD
                     */
                    currency: string;
                };
                /**
                 * @example {
                 *       "amount": 1999,
                 *       "currency": "USD"
                 *     }
                 */
                grand: {
                    /**
                     * Format: int64
                     * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                     */
                    amount: number;
                    /**
                     * Format: currency
                     * @description ISO 4217 code
                     * @example USD
                     */
                    currency: string;
                };
            };
            /**
             * @example {
             *       "amount": 1999,
             *       "currency": "USD"
             *     }
             */
            paidAmount: {
                /**
                 * Format: int64
                 * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                 */
                amount: number;
                /**
                 * Format: currency
                 * @description ISO 4217 code
                 * @example USD
                 */
                currency: string;
            };
            /**
             * @example {
             *       "amount": 1999,
             *       "currency": "USD"
             *     }
             */
            refundedAmount: {
                /**
                 * Format: int64
                 * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                 */
                amount: number;
                /**
                 * Format: currency
                 * @description ISO 4217 code
                 * @example USD
                 */
                currency: string;
            };
            /**
             * @example {
             *       "amount": 1999,
             *       "currency": "USD"
             *     }
             */
            dueAmount: {
                /**
                 * Format: int64
                 * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                 */
                amount: number;
                /**
                 * Format: currency
                 * @description ISO 4217 code
                 * @example USD
                 */
                currency: string;
            };
            payments: {
                /**
                 * Format: uuid
                 * @description See /api/payments/{paymentId}
                 */
                paymentId: string;
                /**
                 * @example {
                 *       "amount": 1999,
                 *       "currency": "USD"
                 *     }
                 */
                amount: {
                    /**
                     * Format: int64
                     * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                     */
                    amount: number;
                    /**
                     * Format: currency
                     * @description ISO 4217 code
                     * @example USD
                     */
                    currency: string;
                };
                /**
                 * @example {
                 *       "amount": 1999,
                 *       "currency": "USD"
                 *     }
                 */
                capturedAmount: {
                    /**
                     * Format: int64
                     * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                     */
                    amount: number;
                    /**
                     * Format: currency
                     * @description ISO 4217 code
                     * @example USD
                     */
                    currency: string;
                };
                /** @enum {unknown} */
                status: "Pending" | "Authorized" | "PartiallyCaptured" | "Completed" | "Failed" | "Voided";
            }[];
            fulfilments: {
                fulfilmentId: string;
                /** @enum {unknown} */
                status: "Created" | "Shipped" | "Delivered" | "Cancelled";
                items: {
                    lineId: string;
                    /** Format: int64 */
                    quantity: number;
                }[];
                /** @description As given when it was shipped */
                tracking: string | null;
            }[];
            returns: {
                returnId: string;
                /** @enum {unknown} */
                status: "Requested" | "Received";
                items: {
                    lineId: string;
                    /** Format: int64 */
                    quantity: number;
                }[];
                reason: string;
            }[];
            /** @description Unpaid by then, it expires; null: never */
            expiresAt: string | null;
            /**
             * Format: int64
             * @description Number of changes so far; also the ETag
             */
            version: number;
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC
             */
            updatedAt: string;
        };
        /** Refund */
        Refund: {
            refundId: string;
            /**
             * @example {
             *       "amount": 1999,
             *       "currency": "USD"
             *     }
             */
            amount: {
                /**
                 * Format: int64
                 * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                 */
                amount: number;
                /**
                 * Format: currency
                 * @description ISO 4217 code
                 * @example USD
                 */
                currency: string;
            };
            /**
             * @description AwaitingApproval: a second person has to approve of it; Pending: the provider has not said yet what became of it; Succeeded: the money went back; Failed: it did not; Rejected: somebody refused to approve of it; Lapsed: nobody decided in time
             * @enum {string}
             */
            status: "AwaitingApproval" | "Pending" | "Succeeded" | "Failed" | "Rejected" | "Lapsed";
            items: {
                lineId: string;
                /** Format: int64 */
                quantity: number;
                /**
                 * @example {
                 *       "amount": 1999,
                 *       "currency": "USD"
                 *     }
                 */
                amount: {
                    /**
                     * Format: int64
                     * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                     */
                    amount: number;
                    /**
                     * Format: currency
                     * @description ISO 4217 code
                     * @example USD
                     */
                    currency: string;
                };
            }[];
            reason: string;
            error?: {
                /** @description The provider’s reason */
                code: string;
            };
            /** @description Who asked for it, such as `key:op_live_…`; only of one that needs approval */
            requestedBy?: string;
            /**
             * Format: date-time
             * @description Until when it waits for approval
             */
            lapsesAt?: string;
            /** @description Who approved of it or rejected it */
            decidedBy?: string;
            /**
             * Format: date-time
             * @description UTC
             */
            decidedAt?: string;
            rejectionReason?: string;
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
        };
        /** Payment */
        Payment: {
            /**
             * Format: uuid
             * @description Made by us
             */
            paymentId: string;
            /**
             * Format: uuid
             * @description The order it pays
             */
            orderId: string;
            /**
             * @example {
             *       "amount": 1999,
             *       "currency": "USD"
             *     }
             */
            amount: {
                /**
                 * Format: int64
                 * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                 */
                amount: number;
                /**
                 * Format: currency
                 * @description ISO 4217 code
                 * @example USD
                 */
                currency: string;
            };
            /** @enum {unknown} */
            paymentMethod: "card" | "bank_transfer" | "wallet";
            /** @enum {unknown} */
            captureMethod: "automatic" | "manual";
            /** @enum {unknown} */
            status: "Pending" | "RequiresAction" | "Authorized" | "PartiallyCaptured" | "Completed" | "Failed" | "Voided" | "Expired";
            /** @description null until the outcome is final */
            isSuccessful: boolean | null;
            /**
             * @example {
             *       "amount": 1999,
             *       "currency": "USD"
             *     }
             */
            authorizedAmount: {
                /**
                 * Format: int64
                 * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                 */
                amount: number;
                /**
                 * Format: currency
                 * @description ISO 4217 code
                 * @example USD
                 */
                currency: string;
            };
            /**
             * @example {
             *       "amount": 1999,
             *       "currency": "USD"
             *     }
             */
            capturedAmount: {
                /**
                 * Format: int64
                 * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                 */
                amount: number;
                /**
                 * Format: currency
                 * @description ISO 4217 code
                 * @example USD
                 */
                currency: string;
            };
            /**
             * @example {
             *       "amount": 1999,
             *       "currency": "USD"
             *     }
             */
            refundedAmount: {
                /**
                 * Format: int64
                 * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                 */
                amount: number;
                /**
                 * Format: currency
                 * @description ISO 4217 code
                 * @example USD
                 */
                currency: string;
            };
            error?: {
                /** @description The provider’s reason */
                code: string;
            };
            nextAction?: {
                /** @enum {string} */
                type: "redirect";
                /** @description Where the customer must go */
                url: string;
            };
            /**
             * Format: date-time
             * @description Of the customer’s action, or of the authorization
             */
            expiresAt?: string;
            captures: {
                captureId: string;
                /**
                 * @example {
                 *       "amount": 1999,
                 *       "currency": "USD"
                 *     }
                 */
                amount: {
                    /**
                     * Format: int64
                     * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                     */
                    amount: number;
                    /**
                     * Format: currency
                     * @description ISO 4217 code
                     * @example USD
                     */
                    currency: string;
                };
                /** @enum {unknown} */
                status: "Pending" | "Succeeded" | "Failed";
                error?: {
                    /** @description The provider’s reason */
                    code: string;
                };
            }[];
            refunds: components["schemas"]["Refund"][];
            disputes: {
                disputeId: string;
                /**
                 * @example {
                 *       "amount": 1999,
                 *       "currency": "USD"
                 *     }
                 */
                amount: {
                    /**
                     * Format: int64
                     * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                     */
                    amount: number;
                    /**
                     * Format: currency
                     * @description ISO 4217 code
                     * @example USD
                     */
                    currency: string;
                };
                reason: string;
                /** @enum {unknown} */
                status: "open" | "under_review" | "won" | "lost";
                /**
                 * Format: date-time
                 * @description UTC
                 */
                openedAt: string;
            }[];
            /** @description What the provider has not answered yet */
            inFlight: ("authorize" | "capture" | "void" | "refund")[];
            /** Format: int64 */
            version: number;
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC
             */
            updatedAt: string;
        };
        /** Dispute */
        Dispute: {
            /** @description The provider’s */
            disputeId: string;
            /**
             * Format: uuid
             * @description The disputed payment
             */
            paymentId: string;
            /**
             * Format: uuid
             * @description The order it paid
             */
            orderId: string;
            provider: string;
            /**
             * @example {
             *       "amount": 1999,
             *       "currency": "USD"
             *     }
             */
            amount: {
                /**
                 * Format: int64
                 * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                 */
                amount: number;
                /**
                 * Format: currency
                 * @description ISO 4217 code
                 * @example USD
                 */
                currency: string;
            };
            /**
             * @example {
             *       "amount": 1999,
             *       "currency": "USD"
             *     }
             */
            fee: {
                /**
                 * Format: int64
                 * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                 */
                amount: number;
                /**
                 * Format: currency
                 * @description ISO 4217 code
                 * @example USD
                 */
                currency: string;
            };
            reason: string;
            /** @enum {unknown} */
            status: "open" | "under_review" | "won" | "lost";
            /**
             * Format: date-time
             * @description UTC
             */
            openedAt: string;
            /**
             * Format: date-time
             * @description UTC
             */
            updatedAt: string;
        };
        /** Problem */
        Problem: {
            /** @description A URL ending in the code, or the type of a standard */
            type: string;
            title: string;
            /** Format: int32 */
            status: number;
            detail?: string;
            instance: string;
            /** @description Stable; see /problems */
            code: string;
            traceId: string;
            errors?: {
                /** @enum {unknown} */
                in: "body" | "query" | "path" | "header";
                /** @description JSON pointer (RFC 6901) into that part */
                pointer: string;
                message: string;
            }[];
            /** @description Names of the quotas that are used up; see RateLimit-Policy */
            "violated-policies"?: string[];
        };
        /** WebhookEndpoint */
        WebhookEndpoint: {
            /**
             * Format: uuid
             * @description The endpoint
             */
            endpointId: string;
            url: string;
            events: string[];
            /** @description For yourself */
            description: string | null;
            /** @enum {unknown} */
            status: "enabled" | "disabled";
            /** @description `requested` by you; by the service after `sustained-failure` of three days, or because it answered 410: `gone` */
            disabledReason: string | null;
            /** @description UTC */
            disabledAt: string | null;
            /**
             * Format: int64
             * @description Attempts in a row that failed
             */
            failures: number;
            /** @description When the first of them ended; null: none */
            failingSince: string | null;
            /** @description Until then the older secret signs too; null: there is none */
            previousSecretExpiresAt: string | null;
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC
             */
            updatedAt: string;
        };
        /** WebhookEndpointWithSecret */
        WebhookEndpointWithSecret: {
            /**
             * Format: uuid
             * @description The endpoint
             */
            endpointId: string;
            url: string;
            events: string[];
            /** @description For yourself */
            description: string | null;
            /** @enum {unknown} */
            status: "enabled" | "disabled";
            /** @description `requested` by you; by the service after `sustained-failure` of three days, or because it answered 410: `gone` */
            disabledReason: string | null;
            /** @description UTC */
            disabledAt: string | null;
            /**
             * Format: int64
             * @description Attempts in a row that failed
             */
            failures: number;
            /** @description When the first of them ended; null: none */
            failingSince: string | null;
            /** @description Until then the older secret signs too; null: there is none */
            previousSecretExpiresAt: string | null;
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC
             */
            updatedAt: string;
            /** @description What messages are signed with: `whsec_…`. Shown this once */
            secret: string;
        };
        /** WebhookDelivery */
        WebhookDelivery: {
            /**
             * Format: uuid
             * @description The delivery
             */
            deliveryId: string;
            /**
             * Format: uuid
             * @description To where
             */
            endpointId: string;
            /**
             * Format: uuid
             * @description The header `webhook-id`: the same at every attempt, and for every endpoint
             */
            messageId: string;
            type: string;
            /** @enum {unknown} */
            status: "pending" | "succeeded" | "failed";
            /**
             * Format: int64
             * @description Begun so far
             */
            attemptCount: number;
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
            /** @description UTC; null: there will be none by itself */
            nextAttemptAt: string | null;
            /** @description UTC; null while it is pending */
            settledAt: string | null;
        };
        /** ApiKey */
        ApiKey: {
            /**
             * Format: uuid
             * @description The key
             */
            keyId: string;
            /** @description How it begins, which is all that is kept of it beside a hash */
            prefix: string;
            /** @description null: made on the command line */
            name: string | null;
            /** @description What it allows */
            scopes: ("orders:read" | "orders:write" | "payments:write" | "refunds:write" | "refunds:approve" | "ops" | "admin" | "service")[];
            /** @description Who made it, as the audit names them */
            createdBy: string | null;
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
            /** @description UTC, to the minute; null: never */
            lastUsedAt: string | null;
            /** @description UTC; null: never */
            expiresAt: string | null;
            /** @description UTC; null: it is not */
            revokedAt: string | null;
            /** @description The key that took its place */
            rotatedTo: string | null;
        };
        /** NewApiKey */
        NewApiKey: {
            /**
             * Format: uuid
             * @description The key
             */
            keyId: string;
            /** @description How it begins, which is all that is kept of it beside a hash */
            prefix: string;
            /** @description null: made on the command line */
            name: string | null;
            /** @description What it allows */
            scopes: ("orders:read" | "orders:write" | "payments:write" | "refunds:write" | "refunds:approve" | "ops" | "admin" | "service")[];
            /** @description Who made it, as the audit names them */
            createdBy: string | null;
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
            /** @description UTC, to the minute; null: never */
            lastUsedAt: string | null;
            /** @description UTC; null: never */
            expiresAt: string | null;
            /** @description UTC; null: it is not */
            revokedAt: string | null;
            /** @description The key that took its place */
            rotatedTo: string | null;
            /** @description The key itself, shown this once. null when the request is repeated: rotate the key if the answer was lost */
            secret: string | null;
        };
    };
    responses: never;
    parameters: {
        /** @description ETags that you hold, separated by commas, or `*`: 304 without a body if one is current */
        IfNoneMatch: string;
        /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
        Prefer: string;
        /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
        Traceparent: string;
    };
    requestBodies: never;
    headers: {
        /** @description Names this answer in our logs; quote it when you report a problem */
        "X-Request-Id": string;
        /** @description May be kept by one client, which asks each time; `no-store`: by nobody, as what was is */
        "Cache-Control": string;
        /** @description The version, as If-Match and If-None-Match take it */
        ETag: string;
        /** @description Where to look at what was made */
        Location: string;
        /** @description Where the next page is; absent on the last */
        Link: string;
        /** @description What of the preferences was gone by */
        "Preference-Applied": string;
        /** @description `true`: this is the answer to an earlier request with the same key */
        "Idempotency-Replayed": string;
        /** @description The quota that the request counts against, and its window */
        "RateLimit-Policy": string;
        /** @description What is left of it, and in how many seconds there is more */
        RateLimit: string;
        /** @description After how many seconds to look or ask again */
        "Retry-After": number;
        /** @description How to authenticate */
        "WWW-Authenticate": string;
        /** @description The session, for browsers to keep; or, once it is over, to forget */
        "Set-Cookie": string;
        /** @description Keeps proxies from holding events back */
        "X-Accel-Buffering": string;
        /** @description Of the page: it loads nothing */
        "Content-Security-Policy": string;
        /** @description It depends on this header of the request */
        Vary: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    live: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                    };
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready",
                     *       "checks": [
                     *         {
                     *           "name": "postgresql",
                     *           "status": "ok",
                     *           "detail": "ready"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @enum {unknown} */
                        status: "ready" | "unavailable";
                        checks: {
                            name: string;
                            /** @enum {unknown} */
                            status: "ok" | "degraded" | "failed";
                            detail: string;
                        }[];
                    };
                };
            };
        };
    };
    listProblems: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All problems, by their codes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "order-not-found": {
                     *         "status": 404,
                     *         "title": "There is no such order"
                     *       }
                     *     }
                     */
                    "application/json": {
                        [key: string]: {
                            /** Format: int64 */
                            status: number;
                            title: string;
                        };
                    };
                    /** @example <!doctype html>… */
                    "text/html": string;
                };
            };
        };
    };
    getProblem: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description As the problem names it */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The problem */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "order-not-found",
                     *       "status": 404,
                     *       "title": "There is no such order"
                     *     }
                     */
                    "application/json": {
                        code: string;
                        /** Format: int64 */
                        status: number;
                        title: string;
                    };
                    /** @example <!doctype html>… */
                    "text/html": string;
                };
            };
        };
    };
    getApiDescription: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    getMessagesDescription: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    listOrders: {
        parameters: {
            query?: {
                /** @description Only of this status */
                status?: "Created" | "Confirmed" | "Completed" | "Cancelling" | "Cancelled" | "Expired";
                /** @description Only of this payment status */
                paymentStatus?: "Unpaid" | "Pending" | "PartiallyAuthorized" | "Authorized" | "PartiallyPaid" | "Paid" | "Overpaid" | "PartiallyRefunded" | "Refunded";
                /** @description Only of this fulfilment status */
                fulfilmentStatus?: "None" | "Partial" | "Fulfilled" | "Returned";
                /** @description Only this customer’s */
                customerId?: string;
                /** @description Only orders in this currency */
                currency?: string;
                /** @description Only those whose grand total is at least this, in minor units of `currency`, which must be given too */
                totalMin?: number;
                /** @description Only those whose grand total is at most this, in minor units of `currency`, which must be given too */
                totalMax?: number;
                /** @description Only later ones */
                createdAfter?: string;
                /** @description Only earlier ones */
                createdBefore?: string;
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of orders */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "orderId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "customerId": "customer-42",
                     *           "status": "Confirmed",
                     *           "paymentStatus": "Paid",
                     *           "fulfilmentStatus": "None",
                     *           "currency": "USD",
                     *           "pricesIncludeTax": false,
                     *           "items": [
                     *             {
                     *               "lineId": "1",
                     *               "productId": "sku-1",
                     *               "productName": "Teapot",
                     *               "quantity": 2,
                     *               "unitPrice": {
                     *                 "amount": 1999,
                     *                 "currency": "USD"
                     *               },
                     *               "discount": {
                     *                 "amount": 0,
                     *                 "currency": "USD"
                     *               },
                     *               "taxRate": 2000,
                     *               "net": {
                     *                 "amount": 3998,
                     *                 "currency": "USD"
                     *               },
                     *               "tax": {
                     *                 "amount": 800,
                     *                 "currency": "USD"
                     *               }
                     *             }
                     *           ],
                     *           "totals": {
                     *             "items": {
                     *               "amount": 3998,
                     *               "currency": "USD"
                     *             },
                     *             "discount": {
                     *               "amount": 0,
                     *               "currency": "USD"
                     *             },
                     *             "tax": {
                     *               "amount": 800,
                     *               "currency": "USD"
                     *             },
                     *             "shipping": {
                     *               "amount": 0,
                     *               "currency": "USD"
                     *             },
                     *             "grand": {
                     *               "amount": 4798,
                     *               "currency": "USD"
                     *             }
                     *           },
                     *           "paidAmount": {
                     *             "amount": 4798,
                     *             "currency": "USD"
                     *           },
                     *           "refundedAmount": {
                     *             "amount": 0,
                     *             "currency": "USD"
                     *           },
                     *           "dueAmount": {
                     *             "amount": 0,
                     *             "currency": "USD"
                     *           },
                     *           "payments": [
                     *             {
                     *               "paymentId": "019aa1b2-9d10-7a2b-8a5b-0c1d2e3f4a5b",
                     *               "amount": {
                     *                 "amount": 4798,
                     *                 "currency": "USD"
                     *               },
                     *               "capturedAmount": {
                     *                 "amount": 4798,
                     *                 "currency": "USD"
                     *               },
                     *               "status": "Completed"
                     *             }
                     *           ],
                     *           "fulfilments": [],
                     *           "returns": [],
                     *           "expiresAt": null,
                     *           "version": 3,
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "updatedAt": "2026-01-31T12:01:30.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Order"][];
                        /** @description null on the last page */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    createOrder: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "customerId": "customer-42",
                 *       "items": [
                 *         {
                 *           "productId": "sku-1",
                 *           "productName": "Teapot",
                 *           "quantity": 2,
                 *           "unitPrice": {
                 *             "amount": 1999,
                 *             "currency": "USD"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Your id of the customer */
                    customerId: string;
                    items: {
                        /** @description Your id of the product */
                        productId: string;
                        /** @description As the customer sees it */
                        productName: string;
                        /** Format: int32 */
                        quantity: number;
                        /**
                         * @example {
                         *       "amount": 1999,
                         *       "currency": "USD"
                         *     }
                         */
                        unitPrice: {
                            /**
                             * Format: int64
                             * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                             */
                            amount: number;
                            /**
                             * Format: currency
                             * @description ISO 4217 code
                             * @example USD
                             */
                            currency: string;
                        };
                        /**
                         * @example {
                         *       "amount": 1999,
                         *       "currency": "USD"
                         *     }
                         */
                        discount?: {
                            /**
                             * Format: int64
                             * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                             */
                            amount: number;
                            /**
                             * Format: currency
                             * @description ISO 4217 code
                             * @example USD
                             */
                            currency: string;
                        };
                        /**
                         * Format: int32
                         * @description Basis points: 2000 is 20 %
                         */
                        taxRate?: number;
                    }[];
                    /** @description Default false: tax comes on top */
                    pricesIncludeTax?: boolean;
                    /**
                     * @example {
                     *       "amount": 1999,
                     *       "currency": "USD"
                     *     }
                     */
                    shipping?: {
                        /**
                         * Format: int64
                         * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                         */
                        amount: number;
                        /**
                         * Format: currency
                         * @description ISO 4217 code
                         * @example USD
                         */
                        currency: string;
                    };
                    /**
                     * Format: int32
                     * @description Unpaid for so long, it expires; 1800 if left out
                     */
                    expiresInSeconds?: number;
                };
            };
        };
        responses: {
            /** @description The order, placed */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
        };
    };
    getOrder: {
        parameters: {
            query?: {
                /** @description As it was after this many changes: the `version` of an earlier answer, or of an event. One command may make several changes; what was between them is seen with this parameter and `atPosition` only. */
                atVersion?: number;
                /** @description As it was at this instant: with all changes whose `recordedAt` (see the events) is not later, to the microsecond. That is the clock of the log, and all changes of one command share one `recordedAt`; `updatedAt` is a little earlier. An instant to come shows what is current. Write the + of an offset as %2B. */
                at?: string;
                /** @description As it was right after this place in the log, the `position` of an event: exact for every event of an order and its payments, those of one command or of one instant too. A place to come shows what is current. Only one of `atVersion`, `at` and `atPosition` can be given. */
                atPosition?: string;
            };
            header?: {
                /** @description ETags that you hold, separated by commas, or `*`: 304 without a body if one is current */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The order */
                orderId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
        };
    };
    amendOrder: {
        parameters: {
            query?: {
                /** @description `true`: nothing is done and no provider is called. The answer is 200 with what it would be right after the command, or the problem that the command would meet. Its ETag is of the version that this was decided on: with it as If-Match the command does the same or is refused. No Idempotency-Key is needed or used */
                dryRun?: boolean;
            };
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The order */
                orderId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "shipping": {
                 *         "amount": 0,
                 *         "currency": "USD"
                 *       }
                 *     }
                 */
                "application/json": {
                    /** @description All lines as they are to be */
                    items?: {
                        /** @description Your id of the product */
                        productId: string;
                        /** @description As the customer sees it */
                        productName: string;
                        /** Format: int32 */
                        quantity: number;
                        /**
                         * @example {
                         *       "amount": 1999,
                         *       "currency": "USD"
                         *     }
                         */
                        unitPrice: {
                            /**
                             * Format: int64
                             * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                             */
                            amount: number;
                            /**
                             * Format: currency
                             * @description ISO 4217 code
                             * @example USD
                             */
                            currency: string;
                        };
                        /**
                         * @example {
                         *       "amount": 1999,
                         *       "currency": "USD"
                         *     }
                         */
                        discount?: {
                            /**
                             * Format: int64
                             * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                             */
                            amount: number;
                            /**
                             * Format: currency
                             * @description ISO 4217 code
                             * @example USD
                             */
                            currency: string;
                        };
                        /**
                         * Format: int32
                         * @description Basis points: 2000 is 20 %
                         */
                        taxRate?: number;
                        /** @description The line that goes on; absent: a new one */
                        lineId?: string;
                    }[];
                    /**
                     * @example {
                     *       "amount": 1999,
                     *       "currency": "USD"
                     *     }
                     */
                    shipping?: {
                        /**
                         * Format: int64
                         * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                         */
                        amount: number;
                        /**
                         * Format: currency
                         * @description ISO 4217 code
                         * @example USD
                         */
                        currency: string;
                    };
                    /** @description Why; kept with the order */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The order after it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listOrderEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The order */
                orderId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "0-184",
                     *           "eventId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "type": "OrderCreated",
                     *           "streamId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "version": 1,
                     *           "position": "184",
                     *           "recordedAt": "2026-01-31T12:00:00.000Z",
                     *           "commandId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "correlationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "causationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "causedBy": "order.created",
                     *           "actor": "key:op_test_4f9a2c",
                     *           "data": {}
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: {
                            /**
                             * @description Shard and position: what `/api/ops/log/{id}` takes, and the event stream names an event by
                             * @example 0-184
                             */
                            id: string;
                            /**
                             * Format: uuid
                             * @description Also the id of the message that tells of it
                             */
                            eventId: string;
                            /** @example OrderCreated */
                            type: string;
                            /**
                             * Format: uuid
                             * @description The order or one of its payments
                             */
                            streamId: string;
                            /**
                             * Format: int64
                             * @description Of its stream, after it: what `atVersion` takes
                             */
                            version: number;
                            /** @description Place in the log of its shard: what `atPosition` takes */
                            position: string;
                            /**
                             * Format: date-time
                             * @description UTC, to the microsecond, by the clock of the log: what `at` takes
                             */
                            recordedAt: string;
                            /**
                             * Format: uuid
                             * @description The command that caused it
                             */
                            commandId: string;
                            correlationId: string;
                            /** @description What led to the command: a request, an event, a payment left open */
                            causationId: string;
                            /** @description The `eventId` of the event here that led to the command; null when it came from outside */
                            causedBy: string | null;
                            actor: string;
                            data: unknown;
                        }[];
                    };
                };
            };
        };
    };
    cancelOrder: {
        parameters: {
            query?: {
                /** @description `true`: nothing is done and no provider is called. The answer is 200 with what it would be right after the command, or the problem that the command would meet. Its ETag is of the version that this was decided on: with it as If-Match the command does the same or is refused. No Idempotency-Key is needed or used */
                dryRun?: boolean;
            };
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The order */
                orderId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /** @description Why; kept with the order */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The order after it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description Cancelling: money is still about */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    createFulfilment: {
        parameters: {
            query?: {
                /** @description `true`: nothing is done and no provider is called. The answer is 200 with what it would be right after the command, or the problem that the command would meet. Its ETag is of the version that this was decided on: with it as If-Match the command does the same or is refused. No Idempotency-Key is needed or used */
                dryRun?: boolean;
            };
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The order */
                orderId: string;
            };
            cookie?: never;
        };
        /** @description Without items: all that is left */
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    items?: {
                        /** @description Of the order */
                        lineId: string;
                        /** Format: int32 */
                        quantity: number;
                    }[];
                    /** @description Why; kept with the fulfilment */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description With `dryRun`: the order as it would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description The order after it */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    shipFulfilment: {
        parameters: {
            query?: {
                /** @description `true`: nothing is done and no provider is called. The answer is 200 with what it would be right after the command, or the problem that the command would meet. Its ETag is of the version that this was decided on: with it as If-Match the command does the same or is refused. No Idempotency-Key is needed or used */
                dryRun?: boolean;
            };
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The order */
                orderId: string;
                /** @description One of its fulfilments */
                fulfilmentId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /** @description Where the parcel can be followed */
                    tracking?: string;
                    /** @description Why; kept with the fulfilment */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The order after it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    deliverFulfilment: {
        parameters: {
            query?: {
                /** @description `true`: nothing is done and no provider is called. The answer is 200 with what it would be right after the command, or the problem that the command would meet. Its ETag is of the version that this was decided on: with it as If-Match the command does the same or is refused. No Idempotency-Key is needed or used */
                dryRun?: boolean;
            };
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The order */
                orderId: string;
                /** @description One of its fulfilments */
                fulfilmentId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /** @description Why; kept with the order */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The order after it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    cancelFulfilment: {
        parameters: {
            query?: {
                /** @description `true`: nothing is done and no provider is called. The answer is 200 with what it would be right after the command, or the problem that the command would meet. Its ETag is of the version that this was decided on: with it as If-Match the command does the same or is refused. No Idempotency-Key is needed or used */
                dryRun?: boolean;
            };
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The order */
                orderId: string;
                /** @description One of its fulfilments */
                fulfilmentId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /** @description Why; kept with the order */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The order after it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    requestReturn: {
        parameters: {
            query?: {
                /** @description `true`: nothing is done and no provider is called. The answer is 200 with what it would be right after the command, or the problem that the command would meet. Its ETag is of the version that this was decided on: with it as If-Match the command does the same or is refused. No Idempotency-Key is needed or used */
                dryRun?: boolean;
            };
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The order */
                orderId: string;
            };
            cookie?: never;
        };
        /** @description Without items: all that was shipped */
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    items?: {
                        /** @description Of the order */
                        lineId: string;
                        /** Format: int32 */
                        quantity: number;
                    }[];
                    /** @description Why; kept with the return */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description With `dryRun`: the order as it would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description The order after it */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    receiveReturn: {
        parameters: {
            query?: {
                /** @description `true`: nothing is done and no provider is called. The answer is 200 with what it would be right after the command, or the problem that the command would meet. Its ETag is of the version that this was decided on: with it as If-Match the command does the same or is refused. No Idempotency-Key is needed or used */
                dryRun?: boolean;
            };
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The order */
                orderId: string;
                /** @description One of its returns */
                returnId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /** @description Why; kept with the order */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The order after it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listPayments: {
        parameters: {
            query?: {
                /** @description Only this order’s: all of them on one page, oldest first, without `limit` and `cursor` */
                orderId?: string;
                /** @description Only of this status */
                status?: "Pending" | "RequiresAction" | "Authorized" | "PartiallyCaptured" | "Completed" | "Failed" | "Voided" | "Expired";
                /** @description `unknown`: only those of which a provider has not said what came of an operation */
                outcome?: "unknown";
                /** @description Only those by this method */
                paymentMethod?: "card" | "bank_transfer" | "wallet";
                /** @description Only payments in this currency */
                currency?: string;
                /** @description Only those of at least this amount, in minor units of `currency`, which must be given too */
                amountMin?: number;
                /** @description Only those of at most this amount, in minor units of `currency`, which must be given too */
                amountMax?: number;
                /** @description Only later ones */
                createdAfter?: string;
                /** @description Only earlier ones */
                createdBefore?: string;
                /** @description 20 unless given */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of payments */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "paymentId": "019aa1b2-9d10-7a2b-8a5b-0c1d2e3f4a5b",
                     *           "orderId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "amount": {
                     *             "amount": 4798,
                     *             "currency": "USD"
                     *           },
                     *           "paymentMethod": "card",
                     *           "captureMethod": "automatic",
                     *           "status": "Completed",
                     *           "isSuccessful": true,
                     *           "authorizedAmount": {
                     *             "amount": 4798,
                     *             "currency": "USD"
                     *           },
                     *           "capturedAmount": {
                     *             "amount": 4798,
                     *             "currency": "USD"
                     *           },
                     *           "refundedAmount": {
                     *             "amount": 0,
                     *             "currency": "USD"
                     *           },
                     *           "captures": [],
                     *           "refunds": [],
                     *           "disputes": [],
                     *           "inFlight": [],
                     *           "version": 2,
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "updatedAt": "2026-01-31T12:01:30.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Payment"][];
                        /** @description null on the last page, and with `orderId` */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    createPayment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "orderId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                 *       "paymentMethod": "card"
                 *     }
                 */
                "application/json": {
                    /**
                     * Format: uuid
                     * @description The order to pay
                     */
                    orderId: string;
                    /**
                     * @example {
                     *       "amount": 1999,
                     *       "currency": "USD"
                     *     }
                     */
                    amount?: {
                        /**
                         * Format: int64
                         * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                         */
                        amount: number;
                        /**
                         * Format: currency
                         * @description ISO 4217 code
                         * @example USD
                         */
                        currency: string;
                    };
                    /** @enum {unknown} */
                    paymentMethod: "card" | "bank_transfer" | "wallet";
                    /** @description The provider’s token, such as `pm_…` of Stripe. Those of the simulated provider, `tok_success` unless given, are in the README */
                    paymentToken?: string;
                    /**
                     * @description `automatic` unless given; `manual`: the money is only held, and taken by captures
                     * @enum {unknown}
                     */
                    captureMethod?: "automatic" | "manual";
                };
            };
        };
        responses: {
            /** @description The payment, its outcome final */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description The outcome is not known yet: look again at Location */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
        };
    };
    getPayment: {
        parameters: {
            query?: {
                /** @description As it was after this many changes: the `version` of an earlier answer, or of an event. One command may make several changes; what was between them is seen with this parameter and `atPosition` only. */
                atVersion?: number;
                /** @description As it was at this instant: with all changes whose `recordedAt` (see the events) is not later, to the microsecond. That is the clock of the log, and all changes of one command share one `recordedAt`; `updatedAt` is a little earlier. An instant to come shows what is current. Write the + of an offset as %2B. */
                at?: string;
                /** @description As it was right after this place in the log, the `position` of an event: exact for every event of an order and its payments, those of one command or of one instant too. A place to come shows what is current. Only one of `atVersion`, `at` and `atPosition` can be given. */
                atPosition?: string;
            };
            header?: {
                /** @description ETags that you hold, separated by commas, or `*`: 304 without a body if one is current */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The payment */
                paymentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The payment */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
        };
    };
    capturePayment: {
        parameters: {
            query?: {
                /** @description `true`: nothing is done and no provider is called. The answer is 200 with what it would be right after the command, or the problem that the command would meet. Its ETag is of the version that this was decided on: with it as If-Match the command does the same or is refused. No Idempotency-Key is needed or used */
                dryRun?: boolean;
            };
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The payment */
                paymentId: string;
            };
            cookie?: never;
        };
        /** @description Without an amount: all that is left */
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /**
                     * @example {
                     *       "amount": 1999,
                     *       "currency": "USD"
                     *     }
                     */
                    amount?: {
                        /**
                         * Format: int64
                         * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                         */
                        amount: number;
                        /**
                         * Format: currency
                         * @description ISO 4217 code
                         * @example USD
                         */
                        currency: string;
                    };
                    /** @description Lets go of what is left after this capture */
                    final?: boolean;
                    /** @description Why; kept with the capture */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The payment after it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description The provider has not answered yet: look again */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    voidPayment: {
        parameters: {
            query?: {
                /** @description `true`: nothing is done and no provider is called. The answer is 200 with what it would be right after the command, or the problem that the command would meet. Its ETag is of the version that this was decided on: with it as If-Match the command does the same or is refused. No Idempotency-Key is needed or used */
                dryRun?: boolean;
            };
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The payment */
                paymentId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /** @description Why; kept with the payment */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The payment after it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description The provider has not answered yet: look again */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    syncPayment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The payment */
                paymentId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /** @description Why; kept in the audit, since asking changes nothing by itself */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The payment as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    refundPayment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The payment */
                paymentId: string;
            };
            cookie?: never;
        };
        /** @description An amount, or units of lines at their price; neither: all that can still be given back. Both: the lines, if they come to that amount */
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /**
                     * @example {
                     *       "amount": 1999,
                     *       "currency": "USD"
                     *     }
                     */
                    amount?: {
                        /**
                         * Format: int64
                         * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                         */
                        amount: number;
                        /**
                         * Format: currency
                         * @description ISO 4217 code
                         * @example USD
                         */
                        currency: string;
                    };
                    items?: {
                        /** @description Of the order */
                        lineId: string;
                        /** Format: int32 */
                        quantity: number;
                    }[];
                    /** @description Why; kept with the refund */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The refund, its outcome final */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refund"];
                };
            };
            /** @description A second person has to approve of it, or the provider has not answered yet: look again at Location */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refund"];
                };
            };
        };
    };
    getRefund: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The payment */
                paymentId: string;
                /** @description One of its refunds */
                refundId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refund"];
                };
            };
        };
    };
    previewRefund: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The payment */
                paymentId: string;
            };
            cookie?: never;
        };
        /** @description An amount, or units of lines at their price; neither: all that can still be given back. Both: the lines, if they come to that amount */
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /**
                     * @example {
                     *       "amount": 1999,
                     *       "currency": "USD"
                     *     }
                     */
                    amount?: {
                        /**
                         * Format: int64
                         * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                         */
                        amount: number;
                        /**
                         * Format: currency
                         * @description ISO 4217 code
                         * @example USD
                         */
                        currency: string;
                    };
                    items?: {
                        /** @description Of the order */
                        lineId: string;
                        /** Format: int32 */
                        quantity: number;
                    }[];
                    /** @description Why; kept with the refund */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description What it would come to */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "amount": {
                     *         "amount": 1999,
                     *         "currency": "USD"
                     *       },
                     *       "refundableAfter": {
                     *         "amount": 0,
                     *         "currency": "USD"
                     *       },
                     *       "needsApproval": true,
                     *       "lines": [
                     *         {
                     *           "lineId": "1",
                     *           "quantity": 1,
                     *           "amount": {
                     *             "amount": 1999,
                     *             "currency": "USD"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /**
                         * @example {
                         *       "amount": 1999,
                         *       "currency": "USD"
                         *     }
                         */
                        amount: {
                            /**
                             * Format: int64
                             * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                             */
                            amount: number;
                            /**
                             * Format: currency
                             * @description ISO 4217 code
                             * @example USD
                             */
                            currency: string;
                        };
                        /** @description What could still be given back of the payment after it */
                        refundableAfter: {
                            /**
                             * Format: int64
                             * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                             */
                            amount: number;
                            /**
                             * Format: currency
                             * @description ISO 4217 code
                             * @example USD
                             */
                            currency: string;
                        };
                        /** @description It would wait for a second person */
                        needsApproval: boolean;
                        /** @description Of a refund of lines: what each is worth */
                        lines?: {
                            lineId: string;
                            /** Format: int64 */
                            quantity: number;
                            /**
                             * @example {
                             *       "amount": 1999,
                             *       "currency": "USD"
                             *     }
                             */
                            amount: {
                                /**
                                 * Format: int64
                                 * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                                 */
                                amount: number;
                                /**
                                 * Format: currency
                                 * @description ISO 4217 code
                                 * @example USD
                                 */
                                currency: string;
                            };
                        }[];
                    };
                };
            };
        };
    };
    approveRefund: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The payment */
                paymentId: string;
                /** @description One of its refunds */
                refundId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The refund, its outcome final */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refund"];
                };
            };
            /** @description The provider has not answered yet: look again */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refund"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    rejectRefund: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description The ETag that the decision was made on; `*` stands for any */
                "If-Match"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The payment */
                paymentId: string;
                /** @description One of its refunds */
                refundId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /** @description Why; kept with the refund */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The refund, rejected */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refund"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listRefunds: {
        parameters: {
            query: {
                /** @description All others are with their payments */
                status: "AwaitingApproval";
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "refundId": "0190f0b2-7c3d-8e4f-8a5b-6c7d8e9f0a1b",
                     *           "paymentId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "orderId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "amount": {
                     *             "amount": 1999,
                     *             "currency": "USD"
                     *           },
                     *           "status": "AwaitingApproval",
                     *           "reason": "changed their mind",
                     *           "requestedBy": "key:op_live_4f9a2c",
                     *           "lapsesAt": "2026-01-31T12:00:00.000Z",
                     *           "createdAt": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        data: {
                            refundId: string;
                            /**
                             * Format: uuid
                             * @description Of what it would give back
                             */
                            paymentId: string;
                            /**
                             * Format: uuid
                             * @description The order that was paid
                             */
                            orderId: string;
                            /**
                             * @example {
                             *       "amount": 1999,
                             *       "currency": "USD"
                             *     }
                             */
                            amount: {
                                /**
                                 * Format: int64
                                 * @description Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.
                                 */
                                amount: number;
                                /**
                                 * Format: currency
                                 * @description ISO 4217 code
                                 * @example USD
                                 */
                                currency: string;
                            };
                            /** @enum {string} */
                            status: "AwaitingApproval";
                            reason: string;
                            /** @description Who asked for it, and cannot approve of it */
                            requestedBy: string;
                            /**
                             * Format: date-time
                             * @description Until when it waits
                             */
                            lapsesAt: string;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            createdAt: string;
                        }[];
                        /** @description null on the last page */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listDisputes: {
        parameters: {
            query?: {
                /** @description Only of this status */
                status?: "open" | "under_review" | "won" | "lost";
                /** @description Only this order’s */
                orderId?: string;
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "disputeId": "du_1NqGx2",
                     *           "paymentId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "orderId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "provider": "simulated",
                     *           "amount": {
                     *             "amount": 1999,
                     *             "currency": "USD"
                     *           },
                     *           "fee": {
                     *             "amount": 1999,
                     *             "currency": "USD"
                     *           },
                     *           "reason": "changed their mind",
                     *           "status": "open",
                     *           "openedAt": "2026-01-31T12:00:00.000Z",
                     *           "updatedAt": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Dispute"][];
                        /** @description null on the last page */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    getDispute: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The dispute */
                disputeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dispute"];
                };
            };
        };
    };
    acceptDispute: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The dispute */
                disputeId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dispute"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    submitDisputeEvidence: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The dispute */
                disputeId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "evidence": "Delivered on 2026-01-31, signed for by the customer."
                 *     }
                 */
                "application/json": {
                    /** @description For the bank; it goes to the provider and is not kept here */
                    evidence: string;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dispute"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    eraseCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The customer in your own system, as in the orders */
                customerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "customerId": "customer-42",
                     *       "status": "erasing"
                     *     }
                     */
                    "application/json": {
                        /** @description As it was sent */
                        customerId: string;
                        /**
                         * @description Noted for good: it will be done, whatever happens meanwhile
                         * @enum {string}
                         */
                        status: "erasing";
                    };
                };
            };
        };
    };
    getTrialBalance: {
        parameters: {
            query?: {
                /** @description With all that was booked by then */
                at?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "currency": "USD",
                     *           "accounts": [
                     *             {
                     *               "account": "psp_clearing:simulated",
                     *               "debit": "3998",
                     *               "credit": "3998",
                     *               "balance": "0"
                     *             }
                     *           ],
                     *           "debit": "3998",
                     *           "credit": "3998",
                     *           "balance": "0"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: {
                            currency: string;
                            accounts: {
                                /** @description Such as `psp_clearing:simulated`, `order_funds:{orderId}`, `revenue` */
                                account: string;
                                /** @description Minor units, as a decimal string: a sum has no upper limit */
                                debit: string;
                                /** @description Minor units, as a decimal string: a sum has no upper limit */
                                credit: string;
                                /** @description Minor units, as a decimal string: a sum has no upper limit */
                                balance: string;
                            }[];
                            /** @description Minor units, as a decimal string: a sum has no upper limit */
                            debit: string;
                            /** @description Minor units, as a decimal string: a sum has no upper limit */
                            credit: string;
                            /** @description Always 0: every transaction is balanced */
                            balance: string;
                        }[];
                    };
                };
            };
        };
    };
    listLedgerEntries: {
        parameters: {
            query?: {
                /** @description `order_funds` and `psp_clearing` without a colon stand for all of theirs */
                account?: string;
                /** @description Only this order’s */
                orderId?: string;
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "eventId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "type": "order.created",
                     *           "orderId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "account": "psp_clearing:simulated",
                     *           "currency": "USD",
                     *           "debit": "3998",
                     *           "credit": "3998",
                     *           "bookedAt": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description The event that was booked
                             */
                            eventId: string;
                            type: string;
                            /** @description The order that it is about; null: of none, as a payout is */
                            orderId: string | null;
                            /** @description Such as `psp_clearing:simulated`, `order_funds:{orderId}`, `revenue` */
                            account: string;
                            currency: string;
                            /** @description Minor units, as a decimal string: a sum has no upper limit */
                            debit: string;
                            /** @description Minor units, as a decimal string: a sum has no upper limit */
                            credit: string;
                            /**
                             * Format: date-time
                             * @description UTC, by the clock of the log
                             */
                            bookedAt: string;
                        }[];
                        /** @description null on the last page */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listLedgerAccounts: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "account": "psp_clearing:simulated",
                     *           "currency": "USD",
                     *           "kind": "asset",
                     *           "description": "Our warehouse",
                     *           "debit": "3998",
                     *           "credit": "3998",
                     *           "balance": "0"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @description Such as `psp_clearing:simulated`, `revenue`; `order_funds`: the funds of all orders together */
                            account: string;
                            currency: string;
                            /**
                             * @description `memo`: no money of ours, and in no balance sheet; every other one as its name says
                             * @enum {unknown}
                             */
                            kind: "asset" | "liability" | "income" | "expense" | "memo";
                            /** @description What it is for */
                            description: string;
                            /** @description All that was ever debited, in minor units as a decimal string: a sum has no upper limit */
                            debit: string;
                            /** @description All that was ever credited, in minor units as a decimal string: a sum has no upper limit */
                            credit: string;
                            /** @description Debit less credit, in minor units as a decimal string: a sum has no upper limit */
                            balance: string;
                        }[];
                    };
                };
            };
        };
    };
    getAccountStatement: {
        parameters: {
            query: {
                /** @description ISO 4217 code; each has a statement of its own */
                currency: string;
                /** @description Only what was booked after this instant */
                from?: string;
                /** @description Only what was booked by this instant */
                to?: string;
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description Its name; `order_funds` and `psp_clearing` without a colon stand for all of theirs */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "account": "psp_clearing:simulated",
                     *       "currency": "USD",
                     *       "from": "2026-01-01T00:00:00.000Z",
                     *       "to": "2026-02-01T00:00:00.000Z",
                     *       "opening": "0",
                     *       "closing": "3998",
                     *       "data": [
                     *         {
                     *           "eventId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "type": "order.created",
                     *           "orderId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "account": "psp_clearing:simulated",
                     *           "debit": "3998",
                     *           "credit": "3998",
                     *           "balance": "0",
                     *           "bookedAt": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        /** @description Such as `psp_clearing:simulated`, `revenue`; `order_funds`: the funds of all orders together */
                        account: string;
                        currency: string;
                        /** @description As it was asked for; null: from the beginning */
                        from: string | null;
                        /** @description As it was asked for; null: until now */
                        to: string | null;
                        /** @description Balance with all that was booked by `from`, in minor units as a decimal string: a sum has no upper limit */
                        opening: string;
                        /** @description Balance with all that was booked by `to`, in minor units as a decimal string: a sum has no upper limit */
                        closing: string;
                        data: {
                            /**
                             * Format: uuid
                             * @description The event that was booked
                             */
                            eventId: string;
                            type: string;
                            /** @description The order that it is about; null: of none, as a payout is */
                            orderId: string | null;
                            /** @description The one that was booked on, where one name stands for several */
                            account: string;
                            /** @description Debited, in minor units as a decimal string: a sum has no upper limit */
                            debit: string;
                            /** @description Credited, in minor units as a decimal string: a sum has no upper limit */
                            credit: string;
                            /** @description Balance with this entry, in minor units as a decimal string: a sum has no upper limit */
                            balance: string;
                            /**
                             * Format: date-time
                             * @description UTC, by the clock of the log
                             */
                            bookedAt: string;
                        }[];
                        /** @description null on the last page */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listReconciliationBreaks: {
        parameters: {
            query?: {
                /** @description Only of this day, UTC */
                day?: string;
                /** @description Such as `simulated` */
                provider?: string;
                /** @description Only of this status */
                status?: "open" | "resolved";
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "breakId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "day": "2026-01-31",
                     *           "provider": "simulated",
                     *           "kind": "missing-in-ledger",
                     *           "subject": "re_1NqGx2",
                     *           "status": "open",
                     *           "currency": "USD",
                     *           "expected": "3998",
                     *           "actual": "3900",
                     *           "operationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "paymentId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "orderId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "transactionId": "txn_1NqGx2",
                     *           "payoutId": "po_1NqGx2",
                     *           "foundAt": "2026-01-31T12:00:00.000Z",
                     *           "resolvedAt": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description Names it, as long as it is there
                             */
                            breakId: string;
                            /**
                             * Format: date
                             * @description UTC, by the books that have it
                             */
                            day: string;
                            provider: string;
                            /** @enum {unknown} */
                            kind: "missing-in-ledger" | "missing-at-provider" | "amount-differs" | "unknown-payment" | "unknown-transaction" | "not-settled" | "settled-twice" | "settlement-amount-differs" | "payout-sum-differs";
                            /** @description With day, provider and kind it names this break */
                            subject: string;
                            /** @enum {unknown} */
                            status: "open" | "resolved";
                            currency: string;
                            /** @description What the book that speaks for it says, in signed minor units as a decimal string; null: there is none */
                            expected: string | null;
                            /** @description What the book that was compared with it has, in signed minor units as a decimal string; null: there is none */
                            actual: string | null;
                            /** @description The capture, the refund, or the dispute */
                            operationId: string | null;
                            /** @description The payment */
                            paymentId: string | null;
                            /** @description The order */
                            orderId: string | null;
                            /** @description By the books of the provider */
                            transactionId: string | null;
                            /** @description By the books of the provider */
                            payoutId: string | null;
                            /**
                             * Format: date-time
                             * @description When it was first found
                             */
                            foundAt: string;
                            /** @description When it was found no more; null while it is open */
                            resolvedAt: string | null;
                        }[];
                        /** @description null on the last page */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    getReconciliationBreak: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description From the list */
                breakId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "breakId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *       "day": "2026-01-31",
                     *       "provider": "simulated",
                     *       "kind": "missing-in-ledger",
                     *       "subject": "re_1NqGx2",
                     *       "status": "open",
                     *       "currency": "USD",
                     *       "expected": "3998",
                     *       "actual": "3900",
                     *       "operationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *       "paymentId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *       "orderId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *       "transactionId": "txn_1NqGx2",
                     *       "payoutId": "po_1NqGx2",
                     *       "foundAt": "2026-01-31T12:00:00.000Z",
                     *       "resolvedAt": "2026-01-31T12:00:00.000Z",
                     *       "states": {
                     *         "ledger": "found",
                     *         "provider": "found",
                     *         "settlement": "found"
                     *       },
                     *       "sides": {
                     *         "ledger": [
                     *           {
                     *             "id": "184",
                     *             "at": "2026-01-31T12:00:00.000Z",
                     *             "type": "order.created",
                     *             "amount": "3998",
                     *             "currency": "USD",
                     *             "fee": "60",
                     *             "operationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *             "paymentId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *             "payoutId": "po_1NqGx2"
                     *           }
                     *         ],
                     *         "provider": [
                     *           {
                     *             "id": "184",
                     *             "at": "2026-01-31T12:00:00.000Z",
                     *             "type": "order.created",
                     *             "amount": "3998",
                     *             "currency": "USD",
                     *             "fee": "60",
                     *             "operationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *             "paymentId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *             "payoutId": "po_1NqGx2"
                     *           }
                     *         ],
                     *         "settlement": [
                     *           {
                     *             "id": "184",
                     *             "at": "2026-01-31T12:00:00.000Z",
                     *             "type": "order.created",
                     *             "amount": "3998",
                     *             "currency": "USD",
                     *             "fee": "60",
                     *             "operationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *             "paymentId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *             "payoutId": "po_1NqGx2"
                     *           }
                     *         ]
                     *       }
                     *     }
                     */
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description Names it, as long as it is there
                         */
                        breakId: string;
                        /**
                         * Format: date
                         * @description UTC, by the books that have it
                         */
                        day: string;
                        provider: string;
                        /** @enum {unknown} */
                        kind: "missing-in-ledger" | "missing-at-provider" | "amount-differs" | "unknown-payment" | "unknown-transaction" | "not-settled" | "settled-twice" | "settlement-amount-differs" | "payout-sum-differs";
                        /** @description With day, provider and kind it names this break */
                        subject: string;
                        /** @enum {unknown} */
                        status: "open" | "resolved";
                        currency: string;
                        /** @description What the book that speaks for it says, in signed minor units as a decimal string; null: there is none */
                        expected: string | null;
                        /** @description What the book that was compared with it has, in signed minor units as a decimal string; null: there is none */
                        actual: string | null;
                        /** @description The capture, the refund, or the dispute */
                        operationId: string | null;
                        /** @description The payment */
                        paymentId: string | null;
                        /** @description The order */
                        orderId: string | null;
                        /** @description By the books of the provider */
                        transactionId: string | null;
                        /** @description By the books of the provider */
                        payoutId: string | null;
                        /**
                         * Format: date-time
                         * @description When it was first found
                         */
                        foundAt: string;
                        /** @description When it was found no more; null while it is open */
                        resolvedAt: string | null;
                        /** @description What came of asking each side */
                        states: {
                            /**
                             * @description `found`: it has something. `nothing`: it was asked and has nothing. `unavailable`: it cannot be asked now, or not in time; ask again. `not-configured`: the provider is not configured here any more
                             * @enum {unknown}
                             */
                            ledger: "found" | "nothing" | "unavailable" | "not-configured";
                            /**
                             * @description `found`: it has something. `nothing`: it was asked and has nothing. `unavailable`: it cannot be asked now, or not in time; ask again. `not-configured`: the provider is not configured here any more
                             * @enum {unknown}
                             */
                            provider: "found" | "nothing" | "unavailable" | "not-configured";
                            /**
                             * @description `found`: it has something. `nothing`: it was asked and has nothing. `unavailable`: it cannot be asked now, or not in time; ask again. `not-configured`: the provider is not configured here any more
                             * @enum {unknown}
                             */
                            settlement: "found" | "nothing" | "unavailable" | "not-configured";
                        };
                        sides: {
                            /** @description What we booked; null: see `states` */
                            ledger: {
                                /** @description The event that was booked */
                                id: string;
                                /**
                                 * Format: date-time
                                 * @description UTC, by the clock of these books
                                 */
                                at: string;
                                /** @description As these books call it */
                                type: string;
                                /** @description Signed minor units as a decimal string: what the provider owes us more */
                                amount: string;
                                currency: string;
                                /** @description What the provider keeps of it, in signed minor units as a decimal string; null: there is none */
                                fee: string | null;
                                /** @description The capture, the refund, or the dispute */
                                operationId: string | null;
                                /** @description The payment */
                                paymentId: string | null;
                                /** @description The payout that it is in */
                                payoutId: string | null;
                            }[] | null;
                            /** @description What the provider’s books say moved; null: see `states` */
                            provider: {
                                /** @description The transaction of the provider */
                                id: string;
                                /**
                                 * Format: date-time
                                 * @description UTC, by the clock of these books
                                 */
                                at: string;
                                /** @description As these books call it */
                                type: string;
                                /** @description Signed minor units as a decimal string: what the provider owes us more */
                                amount: string;
                                currency: string;
                                /** @description What the provider keeps of it, in signed minor units as a decimal string; null: there is none */
                                fee: string | null;
                                /** @description The capture, the refund, or the dispute */
                                operationId: string | null;
                                /** @description The payment */
                                paymentId: string | null;
                                /** @description The payout that it is in */
                                payoutId: string | null;
                            }[] | null;
                            /** @description What the provider says that it paid out; null: see `states` */
                            settlement: {
                                /** @description The transaction of the provider */
                                id: string;
                                /**
                                 * Format: date-time
                                 * @description UTC, by the clock of these books
                                 */
                                at: string;
                                /** @description As these books call it */
                                type: string;
                                /** @description Signed minor units as a decimal string: what the provider owes us more */
                                amount: string;
                                currency: string;
                                /** @description What the provider keeps of it, in signed minor units as a decimal string; null: there is none */
                                fee: string | null;
                                /** @description The capture, the refund, or the dispute */
                                operationId: string | null;
                                /** @description The payment */
                                paymentId: string | null;
                                /** @description The payout that it is in */
                                payoutId: string | null;
                            }[] | null;
                        };
                    };
                };
            };
        };
    };
    listDailySales: {
        parameters: {
            query?: {
                /** @description How many at most */
                limit?: number;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "day": "2026-01-31",
                     *           "currency": "USD",
                     *           "ordersCreated": 1,
                     *           "orderedAmount": "3998",
                     *           "paymentsSucceeded": 1,
                     *           "paymentsFailed": 1,
                     *           "paidAmount": "3998"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @description UTC, YYYY-MM-DD */
                            day: string;
                            currency: string;
                            /** Format: int64 */
                            ordersCreated: number;
                            /** @description Minor units, as a decimal string: a sum has no upper limit */
                            orderedAmount: string;
                            /** Format: int64 */
                            paymentsSucceeded: number;
                            /** Format: int64 */
                            paymentsFailed: number;
                            /** @description Minor units, as a decimal string: a sum has no upper limit */
                            paidAmount: string;
                        }[];
                    };
                };
            };
        };
    };
    listActivity: {
        parameters: {
            query?: {
                /** @description An hour before `to`, with the step `hour` a day, if it is left out */
                from?: string;
                /** @description Now, if it is left out */
                to?: string;
                /** @description How long each is */
                step?: "minute" | "hour";
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "at": "2026-01-31T12:00:00.000Z",
                     *           "currency": "USD",
                     *           "ordersCreated": 1,
                     *           "orderedAmount": "3998",
                     *           "paymentsSucceeded": 1,
                     *           "paymentsFailed": 1,
                     *           "capturedAmount": "3998",
                     *           "refundsSucceeded": 1,
                     *           "refundedAmount": "1000",
                     *           "disputesOpened": 1
                     *         }
                     *       ],
                     *       "step": "minute"
                     *     }
                     */
                    "application/json": {
                        data: {
                            /**
                             * Format: date-time
                             * @description When the step begins, UTC; by the clock of the log, as all that is counted in it
                             */
                            at: string;
                            currency: string;
                            /** Format: int64 */
                            ordersCreated: number;
                            /** @description What they cost when they were created: minor units, as a decimal string */
                            orderedAmount: string;
                            /**
                             * Format: int64
                             * @description Each payment once, when it is authorized; with automatic capture it is taken then
                             */
                            paymentsSucceeded: number;
                            /**
                             * Format: int64
                             * @description Declined for good; neither voided nor expired. One that turns out to have been authorized after all succeeds then, too
                             */
                            paymentsFailed: number;
                            /** @description Taken from customers, as the ledger books it: minor units, as a decimal string */
                            capturedAmount: string;
                            /**
                             * Format: int64
                             * @description As they succeed; one that a bank sends back later is not taken out again
                             */
                            refundsSucceeded: number;
                            /** @description Given back by them: minor units, as a decimal string */
                            refundedAmount: string;
                            /** Format: int64 */
                            disputesOpened: number;
                        }[];
                        /**
                         * @description As it was asked for
                         * @enum {unknown}
                         */
                        step: "minute" | "hour";
                    };
                };
            };
        };
    };
    getOverview: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "unknownPayments": 0,
                     *       "openDisputes": 0,
                     *       "refundsAwaitingApproval": 0,
                     *       "openBreaks": 0,
                     *       "ordersCancelling": 0,
                     *       "paymentsRequiringAction": 0,
                     *       "disabledWebhookEndpoints": 1,
                     *       "deadLetters": 1
                     *     }
                     */
                    "application/json": {
                        /**
                         * Format: int32
                         * @description With an operation of which nobody knows yet what the provider made of it
                         */
                        unknownPayments: number;
                        /**
                         * Format: int32
                         * @description That can be accepted or contested
                         */
                        openDisputes: number;
                        /**
                         * Format: int32
                         * @description That a second person decides on
                         */
                        refundsAwaitingApproval: number;
                        /**
                         * Format: int32
                         * @description Differences between the ledger and what providers say, over all days
                         */
                        openBreaks: number;
                        /**
                         * Format: int32
                         * @description That cannot end before their payments do
                         */
                        ordersCancelling: number;
                        /**
                         * Format: int32
                         * @description That wait for the customer
                         */
                        paymentsRequiringAction: number;
                        /**
                         * Format: int64
                         * @description By the service, since nothing was taken there for days; null without the scope admin
                         */
                        disabledWebhookEndpoints: number | null;
                        /**
                         * Format: int64
                         * @description That consumers gave up; null without the scope ops
                         */
                        deadLetters: number | null;
                    };
                };
            };
        };
    };
    followEvents: {
        parameters: {
            query?: {
                /** @description Only what concerns this order */
                orderId?: string;
                /** @description Only these, separated by commas: order.created.v1, order.amended.v1, order.confirmed.v1, order.paid.v1, order.overpaid.v1, order.payment_authorized.v1, order.payment_captured.v1, order.refunded.v1, order.refund_failed.v1, order.charged_back.v1, order.cancelled.v1, order.expired.v1, order.shipped.v1, order.delivered.v1, order.return_requested.v1, order.returned.v1, order.completed.v1, payment.processed.v1 */
                types?: string;
            };
            header?: {
                /** @description The `id` of an event of this stream */
                "Last-Event-Id"?: string;
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream that does not end */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 2000
                     *
                     *     event: order.created.v1
                     *     id: 0-184
                     *     data: {"sequence":1}
                     */
                    "text/event-stream": string;
                };
            };
        };
    };
    listWebhookEndpoints: {
        parameters: {
            query?: {
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "endpointId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "url": "https://shop.example/hooks",
                     *           "events": [
                     *             "order.created"
                     *           ],
                     *           "description": "Our warehouse",
                     *           "status": "enabled",
                     *           "disabledReason": "requested",
                     *           "disabledAt": "2026-01-31T12:00:00.000Z",
                     *           "failures": 1,
                     *           "failingSince": "2026-01-31T12:00:00.000Z",
                     *           "previousSecretExpiresAt": "2026-01-31T12:00:00.000Z",
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "updatedAt": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["WebhookEndpoint"][];
                        /** @description null on the last page */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    createWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://shop.example/hooks",
                 *       "events": [
                 *         "order.created.v1"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Where messages are posted to: https, at an address of the public internet, on port 443 or one above 1023 */
                    url: string;
                    /** @description Types of messages; `*` stands for all, those of newer versions included */
                    events: ("order.created.v1" | "order.amended.v1" | "order.confirmed.v1" | "order.paid.v1" | "order.overpaid.v1" | "order.payment_authorized.v1" | "order.payment_captured.v1" | "order.refunded.v1" | "order.refund_failed.v1" | "order.charged_back.v1" | "order.cancelled.v1" | "order.expired.v1" | "order.shipped.v1" | "order.delivered.v1" | "order.return_requested.v1" | "order.returned.v1" | "order.completed.v1" | "payment.processed.v1" | "*")[];
                    /** @description For yourself */
                    description?: string;
                };
            };
        };
        responses: {
            /** @description The endpoint with its secret, shown this once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpointWithSecret"];
                };
            };
        };
    };
    getWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The endpoint */
                endpointId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
        };
    };
    deleteWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The endpoint */
                endpointId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    changeWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The endpoint */
                endpointId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "status": "enabled"
                 *     }
                 */
                "application/json": {
                    /** @description Where messages are posted to: https, at an address of the public internet, on port 443 or one above 1023 */
                    url?: string;
                    /** @description Types of messages; `*` stands for all, those of newer versions included */
                    events?: ("order.created.v1" | "order.amended.v1" | "order.confirmed.v1" | "order.paid.v1" | "order.overpaid.v1" | "order.payment_authorized.v1" | "order.payment_captured.v1" | "order.refunded.v1" | "order.refund_failed.v1" | "order.charged_back.v1" | "order.cancelled.v1" | "order.expired.v1" | "order.shipped.v1" | "order.delivered.v1" | "order.return_requested.v1" | "order.returned.v1" | "order.completed.v1" | "payment.processed.v1" | "*")[];
                    /** @description For yourself */
                    description?: string;
                    /**
                     * @description Enabled again, it gets what waited for it; nothing is kept for one that is disabled
                     * @enum {unknown}
                     */
                    status?: "enabled" | "disabled";
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The endpoint */
                endpointId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /**
                     * Format: int32
                     * @description How long the older secret signs too
                     * @default 86400
                     */
                    expireAfterSeconds?: number;
                };
            };
        };
        responses: {
            /** @description The endpoint with its new secret, shown this once */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpointWithSecret"];
                };
            };
            /** @description Done; you preferred no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    pingWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The endpoint */
                endpointId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The delivery, which is under way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                /** @description Only to this endpoint */
                endpointId?: string;
                /** @description Only of this status */
                status?: "pending" | "succeeded" | "failed";
                /** @description Only of this message */
                messageId?: string;
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "deliveryId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "endpointId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "messageId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "type": "order.created",
                     *           "status": "pending",
                     *           "attemptCount": 1,
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "nextAttemptAt": "2026-01-31T12:00:00.000Z",
                     *           "settledAt": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["WebhookDelivery"][];
                        /** @description null on the last page */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    getWebhookDelivery: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The delivery */
                deliveryId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "deliveryId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *       "endpointId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *       "messageId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *       "type": "order.created",
                     *       "status": "pending",
                     *       "attemptCount": 1,
                     *       "createdAt": "2026-01-31T12:00:00.000Z",
                     *       "nextAttemptAt": "2026-01-31T12:00:00.000Z",
                     *       "settledAt": "2026-01-31T12:00:00.000Z",
                     *       "attempts": [
                     *         {
                     *           "number": 1,
                     *           "at": "2026-01-31T12:00:00.000Z",
                     *           "durationMs": 1,
                     *           "statusCode": 200,
                     *           "error": "connection refused",
                     *           "response": "ok"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description The delivery
                         */
                        deliveryId: string;
                        /**
                         * Format: uuid
                         * @description To where
                         */
                        endpointId: string;
                        /**
                         * Format: uuid
                         * @description The header `webhook-id`: the same at every attempt, and for every endpoint
                         */
                        messageId: string;
                        type: string;
                        /** @enum {unknown} */
                        status: "pending" | "succeeded" | "failed";
                        /**
                         * Format: int64
                         * @description Begun so far
                         */
                        attemptCount: number;
                        /**
                         * Format: date-time
                         * @description UTC
                         */
                        createdAt: string;
                        /** @description UTC; null: there will be none by itself */
                        nextAttemptAt: string | null;
                        /** @description UTC; null while it is pending */
                        settledAt: string | null;
                        /** @description Newest first, 100 at most. One that broke off with its process is missing */
                        attempts: {
                            /** Format: int64 */
                            number: number;
                            /**
                             * Format: date-time
                             * @description When it began, UTC
                             */
                            at: string;
                            /** Format: int64 */
                            durationMs: number;
                            /**
                             * Format: int64
                             * @description null: no answer
                             */
                            statusCode: number | null;
                            /** @description Why there was no answer */
                            error: string | null;
                            /** @description How the answer begins: 1,024 bytes */
                            response: string | null;
                        }[];
                    };
                };
            };
        };
    };
    redeliverWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The delivery */
                deliveryId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The delivery, which is under way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
        };
    };
    listDeadLetterGroups: {
        parameters: {
            query?: {
                /** @description Only of this consumer */
                consumer?: string;
                /** @description Only in this state */
                state?: "failed" | "replaying" | "resolved" | "discarded";
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "groupId": "abcdefghijklmnop",
                     *           "consumer": "payment-processed",
                     *           "faultType": "WarehouseUnavailable",
                     *           "faultMessage": "the warehouse did not answer",
                     *           "failed": 1,
                     *           "replaying": 1,
                     *           "resolved": 1,
                     *           "discarded": 1,
                     *           "firstFailedAt": "2026-01-31T12:00:00.000Z",
                     *           "lastFailedAt": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @description The group, as the list names it */
                            groupId: string;
                            consumer: string;
                            faultType: string;
                            /** @description Of the newest */
                            faultMessage: string;
                            /**
                             * Format: int64
                             * @description Waiting for somebody to replay or discard them
                             */
                            failed: number;
                            /**
                             * Format: int64
                             * @description Handed to their consumer, which has not said yet
                             */
                            replaying: number;
                            /**
                             * Format: int64
                             * @description Handled after all; forgotten after 30 days
                             */
                            resolved: number;
                            /**
                             * Format: int64
                             * @description Given up; forgotten after 30 days
                             */
                            discarded: number;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            firstFailedAt: string;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            lastFailedAt: string;
                        }[];
                        /** @description null on the last page */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listDeadLetters: {
        parameters: {
            query?: {
                /** @description Only of this consumer */
                consumer?: string;
                /** @description Only in this state */
                state?: "failed" | "replaying" | "resolved" | "discarded";
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
                /** @description The group, as the list names it */
                groupId?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "letterId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "consumer": "payment-processed",
                     *           "messageId": "0190f0b2-7c3d-8e4f-8a5b-6c7d8e9f0a1b",
                     *           "type": "order.created",
                     *           "state": "failed",
                     *           "groupId": "abcdefghijklmnop",
                     *           "faultType": "WarehouseUnavailable",
                     *           "faultMessage": "the warehouse did not answer",
                     *           "attempts": 5,
                     *           "replays": 1,
                     *           "traceId": "0af7651916cd43dd8448eb211c80319c",
                     *           "firstFailedAt": "2026-01-31T12:00:00.000Z",
                     *           "failedAt": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description The letter
                             */
                            letterId: string;
                            consumer: string;
                            /** @description The id of the event it tells of; a replay keeps it */
                            messageId: string;
                            /** @description Of the message, or of the event */
                            type: string | null;
                            /** @enum {unknown} */
                            state: "failed" | "replaying" | "resolved" | "discarded";
                            /** @description The group, as the list names it */
                            groupId: string;
                            faultType: string;
                            faultMessage: string;
                            /**
                             * Format: int64
                             * @description All that were made, over all replays
                             */
                            attempts: number;
                            /** Format: int64 */
                            replays: number;
                            /** @description By which log lines of it are found */
                            traceId: string | null;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            firstFailedAt: string;
                            /**
                             * Format: date-time
                             * @description UTC, the last time
                             */
                            failedAt: string;
                        }[];
                        /** @description null on the last page */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    replayDeadLetters: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "groupId": "abcdefghijklmnop",
                 *       "limit": 100,
                 *       "perSecond": 10
                 *     }
                 */
                "application/json": {
                    ids?: string[];
                    /** @description The group, as the list names it */
                    groupId?: string;
                    /**
                     * @description All that failed
                     * @enum {boolean}
                     */
                    all?: true;
                    /**
                     * Format: int32
                     * @description The oldest so many at most
                     * @default 1000
                     */
                    limit?: number;
                    /**
                     * @description Only say what it would concern
                     * @default false
                     */
                    preview?: boolean;
                    /**
                     * Format: int32
                     * @description How many are handed over a second at most
                     * @default 50
                     */
                    perSecond?: number;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "count": 1,
                     *       "ids": [
                     *         "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"
                     *       ],
                     *       "preview": true
                     *     }
                     */
                    "application/json": {
                        /**
                         * Format: int64
                         * @description How many letters it concerns
                         */
                        count: number;
                        /** @description The first 20 of them, oldest first */
                        ids: string[];
                        /** @description true: nothing was changed */
                        preview: boolean;
                    };
                };
            };
        };
    };
    discardDeadLetters: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "groupId": "abcdefghijklmnop",
                 *       "reason": "of a test"
                 *     }
                 */
                "application/json": {
                    ids?: string[];
                    /** @description The group, as the list names it */
                    groupId?: string;
                    /**
                     * @description All that failed
                     * @enum {boolean}
                     */
                    all?: true;
                    /**
                     * Format: int32
                     * @description The oldest so many at most
                     * @default 1000
                     */
                    limit?: number;
                    /**
                     * @description Only say what it would concern
                     * @default false
                     */
                    preview?: boolean;
                    /** @description Why, for whoever asks later */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "count": 1,
                     *       "ids": [
                     *         "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"
                     *       ],
                     *       "preview": true
                     *     }
                     */
                    "application/json": {
                        /**
                         * Format: int64
                         * @description How many letters it concerns
                         */
                        count: number;
                        /** @description The first 20 of them, oldest first */
                        ids: string[];
                        /** @description true: nothing was changed */
                        preview: boolean;
                    };
                };
            };
        };
    };
    getDeadLetter: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The letter */
                letterId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "letterId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *       "consumer": "payment-processed",
                     *       "messageId": "0190f0b2-7c3d-8e4f-8a5b-6c7d8e9f0a1b",
                     *       "type": "order.created",
                     *       "state": "failed",
                     *       "groupId": "abcdefghijklmnop",
                     *       "faultType": "WarehouseUnavailable",
                     *       "faultMessage": "the warehouse did not answer",
                     *       "attempts": 5,
                     *       "replays": 1,
                     *       "traceId": "0af7651916cd43dd8448eb211c80319c",
                     *       "firstFailedAt": "2026-01-31T12:00:00.000Z",
                     *       "failedAt": "2026-01-31T12:00:00.000Z",
                     *       "hosted": "broker",
                     *       "payload": {
                     *         "orderId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"
                     *       },
                     *       "headers": {},
                     *       "history": [
                     *         {
                     *           "replay": 1,
                     *           "failedAt": "2026-01-31T12:00:00.000Z",
                     *           "attempts": 5,
                     *           "faultType": "WarehouseUnavailable",
                     *           "faultMessage": "the warehouse did not answer"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description The letter
                         */
                        letterId: string;
                        consumer: string;
                        /** @description The id of the event it tells of; a replay keeps it */
                        messageId: string;
                        /** @description Of the message, or of the event */
                        type: string | null;
                        /** @enum {unknown} */
                        state: "failed" | "replaying" | "resolved" | "discarded";
                        /** @description The group, as the list names it */
                        groupId: string;
                        faultType: string;
                        faultMessage: string;
                        /**
                         * Format: int64
                         * @description All that were made, over all replays
                         */
                        attempts: number;
                        /** Format: int64 */
                        replays: number;
                        /** @description By which log lines of it are found */
                        traceId: string | null;
                        /**
                         * Format: date-time
                         * @description UTC
                         */
                        firstFailedAt: string;
                        /**
                         * Format: date-time
                         * @description UTC, the last time
                         */
                        failedAt: string;
                        /**
                         * @description Where its consumer got it from
                         * @enum {unknown}
                         */
                        hosted: "broker" | "log";
                        /** @description JSON; of what is none, the text, or base64 of bytes */
                        payload: unknown;
                        /** @description Those that it came with */
                        headers: {
                            [key: string]: unknown;
                        };
                        history: {
                            /**
                             * Format: int64
                             * @description 0: before any replay
                             */
                            replay: number;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            failedAt: string;
                            /** Format: int64 */
                            attempts: number;
                            faultType: string;
                            faultMessage: string;
                        }[];
                    };
                };
            };
        };
    };
    listScheduledWork: {
        parameters: {
            query?: {
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "kind": "order",
                     *           "id": "184",
                     *           "dueAt": "2026-01-31T12:00:00.000Z",
                     *           "orderId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "paymentId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "consumer": "payment-processed",
                     *           "messageId": "0190f0b2-7c3d-8e4f-8a5b-6c7d8e9f0a1b",
                     *           "endpointId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "deliveryId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "attempts": 5,
                     *           "claimedUntil": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        data: {
                            /**
                             * @description `order`: it expires, or is looked after; `payment`: the provider is asked, or an authorization is let go; `message`: a consumer gets it again; `webhook-delivery`: it is posted
                             * @enum {unknown}
                             */
                            kind: "order" | "payment" | "message" | "webhook-delivery";
                            /** @description Among those of its kind */
                            id: string;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            dueAt: string;
                            /** @description The order; null: it is about none */
                            orderId: string | null;
                            /** @description The payment; null: it is about none */
                            paymentId: string | null;
                            /** @description The consumer; null: it is about none */
                            consumer: string | null;
                            /** @description The message; the id of the event it tells of; null: it is about none */
                            messageId: string | null;
                            /** @description The webhook endpoint; null: it is about none */
                            endpointId: string | null;
                            /** @description The delivery; null: it is about none */
                            deliveryId: string | null;
                            /**
                             * Format: int64
                             * @description That were made already; null: they are not counted
                             */
                            attempts: number | null;
                            /** @description UTC; until then a process has it in hand or has put it off, and nobody else begins it. null: nobody has */
                            claimedUntil: string | null;
                        }[];
                        /** @description null on the last page */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listSubscriptions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "name": "order-summary",
                     *           "kind": "projection",
                     *           "version": 1,
                     *           "generationStatus": "live",
                     *           "shard": 0,
                     *           "status": "running",
                     *           "position": "184",
                     *           "head": "190",
                     *           "lag": "6",
                     *           "behindMs": 120,
                     *           "owner": "payments-1:4711:9e0f1a",
                     *           "leaseMs": 4200,
                     *           "followed": true,
                     *           "lastError": "Error: the warehouse did not answer",
                     *           "parked": 1
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @example order-summary */
                            name: string;
                            /**
                             * @description Whether it makes a read model
                             * @enum {unknown}
                             */
                            kind: "projection" | "subscription";
                            /**
                             * Format: int64
                             * @description Of a projection its generation
                             */
                            version: number;
                            /** @description `live` or `building`; null: of no projection */
                            generationStatus: string | null;
                            /**
                             * Format: int32
                             * @description Of the log
                             */
                            shard: number;
                            /**
                             * @description `halted`: at an event it could not handle; resume it when that is mended
                             * @enum {unknown}
                             */
                            status: "running" | "paused" | "halted";
                            /** @description The last event that it is done with; a decimal string */
                            position: string;
                            /** @description The last event there is; a decimal string */
                            head: string;
                            /** @description Events between the two; a decimal string */
                            lag: string;
                            /**
                             * Format: int64
                             * @description Age of the next event; null: there is none
                             */
                            behindMs: number | null;
                            /** @description The process that has it; null: none */
                            owner: string | null;
                            /**
                             * Format: int64
                             * @description How long that process has it, below zero since when it has not; null: nobody has it. What is paused may be at work outside the database until then
                             */
                            leaseMs: number | null;
                            /** @description Whether a living process would follow it */
                            followed: boolean;
                            /** @description Of the last try; null: it was handled */
                            lastError: string | null;
                            /**
                             * Format: int64
                             * @description Events that it could not handle, or that wait behind one
                             */
                            parked: number;
                        }[];
                    };
                };
            };
        };
    };
    pauseSubscription: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description As the list names it */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "shard": 0,
                 *       "reason": "the warehouse is being moved"
                 *     }
                 */
                "application/json": {
                    /**
                     * Format: int32
                     * @description Of the log
                     */
                    shard?: number;
                    /** @description Why; kept in the audit. Free text must not hold personal data */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description How those that were asked for stand now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "name": "order-summary",
                     *           "kind": "projection",
                     *           "version": 1,
                     *           "generationStatus": "live",
                     *           "shard": 0,
                     *           "status": "running",
                     *           "position": "184",
                     *           "head": "190",
                     *           "lag": "6",
                     *           "behindMs": 120,
                     *           "owner": "payments-1:4711:9e0f1a",
                     *           "leaseMs": 4200,
                     *           "followed": true,
                     *           "lastError": "Error: the warehouse did not answer",
                     *           "parked": 1
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @example order-summary */
                            name: string;
                            /**
                             * @description Whether it makes a read model
                             * @enum {unknown}
                             */
                            kind: "projection" | "subscription";
                            /**
                             * Format: int64
                             * @description Of a projection its generation
                             */
                            version: number;
                            /** @description `live` or `building`; null: of no projection */
                            generationStatus: string | null;
                            /**
                             * Format: int32
                             * @description Of the log
                             */
                            shard: number;
                            /**
                             * @description `halted`: at an event it could not handle; resume it when that is mended
                             * @enum {unknown}
                             */
                            status: "running" | "paused" | "halted";
                            /** @description The last event that it is done with; a decimal string */
                            position: string;
                            /** @description The last event there is; a decimal string */
                            head: string;
                            /** @description Events between the two; a decimal string */
                            lag: string;
                            /**
                             * Format: int64
                             * @description Age of the next event; null: there is none
                             */
                            behindMs: number | null;
                            /** @description The process that has it; null: none */
                            owner: string | null;
                            /**
                             * Format: int64
                             * @description How long that process has it, below zero since when it has not; null: nobody has it. What is paused may be at work outside the database until then
                             */
                            leaseMs: number | null;
                            /** @description Whether a living process would follow it */
                            followed: boolean;
                            /** @description Of the last try; null: it was handled */
                            lastError: string | null;
                            /**
                             * Format: int64
                             * @description Events that it could not handle, or that wait behind one
                             */
                            parked: number;
                        }[];
                    };
                };
            };
        };
    };
    resumeSubscription: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description As the list names it */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "shard": 0,
                 *       "reason": "the warehouse is being moved"
                 *     }
                 */
                "application/json": {
                    /**
                     * Format: int32
                     * @description Of the log
                     */
                    shard?: number;
                    /** @description Why; kept in the audit. Free text must not hold personal data */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description How those that were asked for stand now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "name": "order-summary",
                     *           "kind": "projection",
                     *           "version": 1,
                     *           "generationStatus": "live",
                     *           "shard": 0,
                     *           "status": "running",
                     *           "position": "184",
                     *           "head": "190",
                     *           "lag": "6",
                     *           "behindMs": 120,
                     *           "owner": "payments-1:4711:9e0f1a",
                     *           "leaseMs": 4200,
                     *           "followed": true,
                     *           "lastError": "Error: the warehouse did not answer",
                     *           "parked": 1
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @example order-summary */
                            name: string;
                            /**
                             * @description Whether it makes a read model
                             * @enum {unknown}
                             */
                            kind: "projection" | "subscription";
                            /**
                             * Format: int64
                             * @description Of a projection its generation
                             */
                            version: number;
                            /** @description `live` or `building`; null: of no projection */
                            generationStatus: string | null;
                            /**
                             * Format: int32
                             * @description Of the log
                             */
                            shard: number;
                            /**
                             * @description `halted`: at an event it could not handle; resume it when that is mended
                             * @enum {unknown}
                             */
                            status: "running" | "paused" | "halted";
                            /** @description The last event that it is done with; a decimal string */
                            position: string;
                            /** @description The last event there is; a decimal string */
                            head: string;
                            /** @description Events between the two; a decimal string */
                            lag: string;
                            /**
                             * Format: int64
                             * @description Age of the next event; null: there is none
                             */
                            behindMs: number | null;
                            /** @description The process that has it; null: none */
                            owner: string | null;
                            /**
                             * Format: int64
                             * @description How long that process has it, below zero since when it has not; null: nobody has it. What is paused may be at work outside the database until then
                             */
                            leaseMs: number | null;
                            /** @description Whether a living process would follow it */
                            followed: boolean;
                            /** @description Of the last try; null: it was handled */
                            lastError: string | null;
                            /**
                             * Format: int64
                             * @description Events that it could not handle, or that wait behind one
                             */
                            parked: number;
                        }[];
                    };
                };
            };
        };
    };
    getProjection: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description As the list names it */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "order-summary",
                     *       "generations": [
                     *         {
                     *           "generation": 1,
                     *           "status": "building",
                     *           "codeVersion": 1,
                     *           "done": "184",
                     *           "total": "190",
                     *           "parked": 1,
                     *           "lastError": "Error: the warehouse did not answer",
                     *           "stopped": "is paused on shard 0"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @example order-summary */
                        name: string;
                        /** @description The live one, and one being built */
                        generations: {
                            /** Format: int64 */
                            generation: number;
                            /** @enum {unknown} */
                            status: "building" | "live";
                            /**
                             * Format: int64
                             * @description Of the code that makes it
                             */
                            codeVersion: number;
                            /** @description Events that are in it; a decimal string */
                            done: string;
                            /** @description Events there are; a decimal string */
                            total: string;
                            /**
                             * Format: int64
                             * @description Events that it could not handle, or that wait behind one
                             */
                            parked: number;
                            /** @description Of the last try; null: it was handled */
                            lastError: string | null;
                            /** @description Why it will not go on by itself; null: it will */
                            stopped: string | null;
                        }[];
                    };
                };
            };
        };
    };
    rebuildProjection: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description As the list names it */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /** @description Why; kept in the audit. Free text must not hold personal data */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description What is being built */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "order-summary",
                     *       "generation": 1,
                     *       "status": "building",
                     *       "codeVersion": 1,
                     *       "done": "184",
                     *       "total": "190",
                     *       "parked": 1,
                     *       "lastError": "Error: the warehouse did not answer",
                     *       "stopped": "is paused on shard 0"
                     *     }
                     */
                    "application/json": {
                        /** @example order-summary */
                        name: string;
                        /** Format: int64 */
                        generation: number;
                        /** @enum {unknown} */
                        status: "building" | "live";
                        /**
                         * Format: int64
                         * @description Of the code that makes it
                         */
                        codeVersion: number;
                        /** @description Events that are in it; a decimal string */
                        done: string;
                        /** @description Events there are; a decimal string */
                        total: string;
                        /**
                         * Format: int64
                         * @description Events that it could not handle, or that wait behind one
                         */
                        parked: number;
                        /** @description Of the last try; null: it was handled */
                        lastError: string | null;
                        /** @description Why it will not go on by itself; null: it will */
                        stopped: string | null;
                    };
                };
            };
        };
    };
    cancelRebuild: {
        parameters: {
            query?: {
                /** @description Why; kept in the audit. Free text must not hold personal data */
                reason?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description As the list names it */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "order-summary",
                     *       "cancelled": 2
                     *     }
                     */
                    "application/json": {
                        /** @example order-summary */
                        name: string;
                        /**
                         * Format: int64
                         * @description The generation that was dropped; null: none was being built
                         */
                        cancelled: number | null;
                    };
                };
            };
        };
    };
    listParkedEvents: {
        parameters: {
            query?: {
                /** @description As the list names it */
                subscription?: string;
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "parkedId": "order-summary:1:0-42",
                     *           "subscription": "order-summary",
                     *           "version": 1,
                     *           "shard": 0,
                     *           "position": "184",
                     *           "eventId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "type": "order.created",
                     *           "streamId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "streamVersion": 1,
                     *           "kind": "unreadable",
                     *           "status": "parked",
                     *           "error": "connection refused",
                     *           "attempts": 5,
                     *           "parkedAt": "2026-01-31T12:00:00.000Z",
                     *           "updatedAt": "2026-01-31T12:00:00.000Z",
                     *           "nextRetryAt": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        data: {
                            /**
                             * @description Subscription, version, shard and position
                             * @example order-summary:1:0-42
                             */
                            parkedId: string;
                            subscription: string;
                            /** Format: int64 */
                            version: number;
                            /**
                             * Format: int32
                             * @description Of the log
                             */
                            shard: number;
                            /** @description In the log; a decimal string */
                            position: string;
                            /**
                             * Format: uuid
                             * @description The event
                             */
                            eventId: string;
                            type: string;
                            /**
                             * Format: uuid
                             * @description The order, payment or other stream that it is of
                             */
                            streamId: string;
                            /** Format: int64 */
                            streamVersion: number;
                            /**
                             * @description `unreadable`: this build knows no such event; `behind`: an earlier one of its stream is parked
                             * @enum {unknown}
                             */
                            kind: "unreadable" | "failed" | "behind";
                            /**
                             * @description `retry`: it is about to be tried again
                             * @enum {unknown}
                             */
                            status: "parked" | "retry";
                            error: string;
                            /** Format: int64 */
                            attempts: number;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            parkedAt: string;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            updatedAt: string;
                            /** @description UTC, when it is tried again by itself; null: it is not */
                            nextRetryAt: string | null;
                        }[];
                        /** @description null on the last page */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    retryParkedEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "subscription": "order-summary",
                 *       "limit": 100
                 *     }
                 */
                "application/json": {
                    /** @description As the list names them */
                    ids?: string[];
                    /** @description As the list names it */
                    subscription?: string;
                    /**
                     * @description All that are parked
                     * @enum {boolean}
                     */
                    all?: true;
                    /**
                     * Format: int32
                     * @description The first so many at most, as the list has them
                     * @default 1000
                     */
                    limit?: number;
                    /**
                     * @description Only say what it would concern
                     * @default false
                     */
                    preview?: boolean;
                    /** @description Why; kept in the audit. Free text must not hold personal data */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "count": 1,
                     *       "ids": [
                     *         "order-summary:1:0-42"
                     *       ],
                     *       "preview": true
                     *     }
                     */
                    "application/json": {
                        /**
                         * Format: int64
                         * @description How many parked events it concerns
                         */
                        count: number;
                        /** @description The first 20 of them */
                        ids: string[];
                        /** @description true: nothing was changed */
                        preview: boolean;
                    };
                };
            };
        };
    };
    discardParkedEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "ids": [
                 *         "order-summary:1:0-42"
                 *       ],
                 *       "reason": "settled by hand"
                 *     }
                 */
                "application/json": {
                    /** @description As the list names them */
                    ids?: string[];
                    /** @description As the list names it */
                    subscription?: string;
                    /**
                     * @description All that are parked
                     * @enum {boolean}
                     */
                    all?: true;
                    /**
                     * Format: int32
                     * @description The first so many at most, as the list has them
                     * @default 1000
                     */
                    limit?: number;
                    /**
                     * @description Only say what it would concern
                     * @default false
                     */
                    preview?: boolean;
                    /** @description Why, for whoever asks later */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "count": 1,
                     *       "ids": [
                     *         "order-summary:1:0-42"
                     *       ],
                     *       "preview": true
                     *     }
                     */
                    "application/json": {
                        /**
                         * Format: int64
                         * @description How many parked events it concerns
                         */
                        count: number;
                        /** @description The first 20 of them */
                        ids: string[];
                        /** @description true: nothing was changed */
                        preview: boolean;
                    };
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "version": "1.0.0",
                     *       "owner": "payments-1:4711:9e0f1a",
                     *       "startedAt": "2026-01-31T12:00:00.000Z",
                     *       "uptimeSeconds": 1,
                     *       "checks": [
                     *         {
                     *           "name": "postgresql",
                     *           "status": "ok",
                     *           "detail": "ready"
                     *         }
                     *       ],
                     *       "relay": {
                     *         "configured": true,
                     *         "connected": true,
                     *         "messagesBehind": 3,
                     *         "oldestSeconds": 0.4
                     *       },
                     *       "appendQueues": [
                     *         {
                     *           "shard": 0,
                     *           "waiting": 1
                     *         }
                     *       ],
                     *       "pools": [
                     *         {
                     *           "name": "postgresql",
                     *           "busy": 1,
                     *           "idle": 1,
                     *           "waiting": 1
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        version: string;
                        /** @description How this process is named where it has a lease */
                        owner: string;
                        /**
                         * Format: date-time
                         * @description UTC
                         */
                        startedAt: string;
                        /** Format: int64 */
                        uptimeSeconds: number;
                        /** @description As /readyz tells them */
                        checks: {
                            name: string;
                            /** @enum {unknown} */
                            status: "ok" | "degraded" | "failed";
                            detail: string;
                        }[];
                        relay: {
                            /** @description Whether this process has a broker */
                            configured: boolean;
                            connected: boolean;
                            /**
                             * Format: int64
                             * @description Messages that the broker has not got yet, of all shards; 0 where there never was one; null: PostgreSQL did not say in time
                             */
                            messagesBehind: number | null;
                            /** @description Age of the oldest of those; null: there is none, or as above */
                            oldestSeconds: number | null;
                        };
                        appendQueues: {
                            /**
                             * Format: int32
                             * @description Of the log
                             */
                            shard: number;
                            /**
                             * Format: int64
                             * @description Commands that wait for the group commit
                             */
                            waiting: number;
                        }[];
                        pools: {
                            name: string;
                            /** Format: int64 */
                            busy: number;
                            /** Format: int64 */
                            idle: number;
                            /**
                             * Format: int64
                             * @description Queries that wait for a connection
                             */
                            waiting: number;
                        }[];
                    };
                };
            };
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "keyId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "prefix": "op_live_4f9a2c",
                     *           "name": "postgresql",
                     *           "scopes": [
                     *             "orders:read"
                     *           ],
                     *           "createdBy": "key:op_live_8b1d0e",
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "lastUsedAt": "2026-01-31T12:00:00.000Z",
                     *           "expiresAt": "2026-01-31T12:00:00.000Z",
                     *           "revokedAt": "2026-01-31T12:00:00.000Z",
                     *           "rotatedTo": "0190f0b2-7c3d-8e4f-8a5b-6c7d8e9f0a1b"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["ApiKey"][];
                        /** @description null on the last page */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "warehouse",
                 *       "role": "operator",
                 *       "expiresInSeconds": 31536000
                 *     }
                 */
                "application/json": {
                    /** @description To tell it from others: who uses it, and where */
                    name: string;
                    /**
                     * @description What its prefix says
                     * @default live
                     * @enum {unknown}
                     */
                    mode?: "live" | "test";
                    /** @description What it allows; or give a role */
                    scopes?: ("orders:read" | "orders:write" | "payments:write" | "refunds:write" | "refunds:approve" | "ops" | "admin" | "service")[];
                    /**
                     * @description Stands for the scopes that it has now; docs/access.md lists them
                     * @enum {unknown}
                     */
                    role?: "viewer" | "operator" | "admin";
                    /**
                     * Format: int32
                     * @description Absent: it does not expire
                     */
                    expiresInSeconds?: number;
                    /** @description Why; kept in the audit. Free text must not hold personal data */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The key with its secret, this once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiKey"];
                };
            };
        };
    };
    getApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The key */
                keyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key, without its secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
        };
    };
    rotateApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition of the request safe: it gives the first answer again */
                "Idempotency-Key"?: string;
                /** @description `return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, up to so many seconds are waited for the final one, at most 20 */
                Prefer?: components["parameters"]["Prefer"];
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The key */
                keyId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /**
                     * Format: int32
                     * @description How long the older key is good too; 0 revokes it at once
                     * @default 86400
                     */
                    overlapSeconds?: number;
                    /** @description Why; kept in the audit. Free text must not hold personal data */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The new key with its secret, this once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiKey"];
                };
            };
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The key */
                keyId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /** @description Why; kept in the audit. Free text must not hold personal data */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The key, revoked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "kind": "action",
                     *           "id": "184",
                     *           "at": "2026-01-31T12:00:00.000Z",
                     *           "actor": "key:op_test_4f9a2c",
                     *           "what": "dead-letters.replay",
                     *           "reason": "changed their mind",
                     *           "count": 1,
                     *           "details": {}
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": {
                        data: {
                            /**
                             * @description What an operator did, or what somebody was refused
                             * @enum {unknown}
                             */
                            kind: "action" | "denial";
                            /** @description Among those of its kind */
                            id: string;
                            /**
                             * Format: date-time
                             * @description UTC; of a denial the minute it was in
                             */
                            at: string;
                            /** @description `key:` and its prefix, `jwt:` and its subject, `user:` on the command line */
                            actor: string;
                            /** @description The action; or method and path of what was refused */
                            what: string;
                            /** @description As it was given; or why it was refused */
                            reason: string | null;
                            /**
                             * Format: int64
                             * @description How often in that minute
                             */
                            count: number;
                            /** @description What else is known */
                            details: {
                                [key: string]: unknown;
                            };
                        }[];
                        /** @description null on the last page */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whom your session, key or token speaks for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "actor": "key:op_test_4f9a2c",
                     *       "tenantId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *       "scopes": [
                     *         "orders:read"
                     *       ],
                     *       "expiresAt": "2026-01-31T12:00:00.000Z",
                     *       "csrfToken": "pZ3vXhJtq2S0o8mYcE1nKdLrWf5uGbA7iVxQe9sTz4M"
                     *     }
                     */
                    "application/json": {
                        /** @description As whom what you do is noted */
                        actor: string;
                        /**
                         * Format: uuid
                         * @description Whose orders and payments you see
                         */
                        tenantId: string;
                        /** @description What you may do */
                        scopes: ("orders:read" | "orders:write" | "payments:write" | "refunds:write" | "refunds:approve" | "ops" | "admin" | "service")[];
                        /** @description When the session ends; null: a key or a token was sent, not a session */
                        expiresAt: string | null;
                        /** @description To be sent in the header X-CSRF-Token with whatever is not GET or HEAD; null: a key or a token needs none */
                        csrfToken: string | null;
                    };
                };
            };
        };
    };
    openSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        /** @description Exactly one of the two */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "apiKey": "op_test_4f9a2cQmJx0tYb7uVd3eKr8sWz1nLp5h"
                 *     }
                 */
                "application/json": {
                    /** @description A key of yours */
                    apiKey?: string;
                    /** @description What stands behind the # of a sign-in link, which is good once */
                    link?: string;
                };
            };
        };
        responses: {
            /** @description You are signed in */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "actor": "key:op_test_4f9a2c",
                     *       "tenantId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *       "scopes": [
                     *         "orders:read"
                     *       ],
                     *       "expiresAt": "2026-01-31T12:00:00.000Z",
                     *       "csrfToken": "pZ3vXhJtq2S0o8mYcE1nKdLrWf5uGbA7iVxQe9sTz4M"
                     *     }
                     */
                    "application/json": {
                        /** @description As whom what you do is noted */
                        actor: string;
                        /**
                         * Format: uuid
                         * @description Whose orders and payments you see
                         */
                        tenantId: string;
                        /** @description What you may do */
                        scopes: ("orders:read" | "orders:write" | "payments:write" | "refunds:write" | "refunds:approve" | "ops" | "admin" | "service")[];
                        /**
                         * Format: date-time
                         * @description When the session ends: 12 hours after signing in, or with its key
                         */
                        expiresAt: string;
                        /** @description To be sent in the header X-CSRF-Token with whatever is not GET or HEAD */
                        csrfToken: string;
                    };
                };
            };
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description You are signed out */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listLogEvents: {
        parameters: {
            query?: {
                /** @description Only of this shard */
                shard?: number;
                /** @description Only of this order or payment */
                streamId?: string;
                /** @description Only of this type, such as `OrderPaid` */
                type?: string;
                /** @description Which come first */
                order?: "newest" | "oldest";
                /** @description How many at most */
                limit?: number;
                /** @description From `nextCursor` of the page before, with the same filter and order; or from `followCursor`, with the same filter and `order=oldest` */
                cursor?: string;
            };
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "0-184",
                     *           "eventId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "type": "OrderCreated",
                     *           "streamId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "version": 1,
                     *           "position": "184",
                     *           "recordedAt": "2026-01-31T12:00:00.000Z",
                     *           "commandId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "correlationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "causationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "shard": 1,
                     *           "schemaVersion": 1,
                     *           "actor": "key:op_test_4f9a2c",
                     *           "data": {},
                     *           "unreadable": "OrderPaid has schema version 9, which this build does not know"
                     *         }
                     *       ],
                     *       "nextCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl",
                     *       "followCursor": "eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl",
                     *       "lookedThrough": 1
                     *     }
                     */
                    "application/json": {
                        data: {
                            /**
                             * @description Shard and position: what `/api/ops/log/{id}` takes, and the event stream names an event by
                             * @example 0-184
                             */
                            id: string;
                            /**
                             * Format: uuid
                             * @description Also the id of the message that tells of it
                             */
                            eventId: string;
                            /** @example OrderCreated */
                            type: string;
                            /**
                             * Format: uuid
                             * @description The order or the payment, or what else it is about
                             */
                            streamId: string;
                            /**
                             * Format: int64
                             * @description Of its stream, after it: what `atVersion` takes
                             */
                            version: number;
                            /** @description Place in the log of its shard: what `atPosition` takes */
                            position: string;
                            /**
                             * Format: date-time
                             * @description UTC, to the microsecond, by the clock of the log: what `at` takes
                             */
                            recordedAt: string;
                            /**
                             * Format: uuid
                             * @description The command that caused it
                             */
                            commandId: string;
                            correlationId: string;
                            /** @description What led to the command: a request, an event, a payment left open */
                            causationId: string;
                            /** Format: int64 */
                            shard: number;
                            /**
                             * Format: int64
                             * @description Of the form in which it is stored
                             */
                            schemaVersion: number;
                            actor: string;
                            /** @description Null when it is unreadable; erased fields are erased here too */
                            data: unknown;
                            /** @description Why this build cannot read it, such as one that a newer build wrote */
                            unreadable: string | null;
                        }[];
                        /** @description null when there is no more at the moment; otherwise there may be more, even if this page is short or empty */
                        nextCursor: string | null;
                        /** @description With `order=oldest` gives what comes after this answer; null on all pages of the newest but the first */
                        followCursor: string | null;
                        /**
                         * Format: int64
                         * @description How many events of the log were looked through for this page
                         */
                        lookedThrough: number;
                    };
                };
            };
        };
    };
    getLogEvent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description Shard and position of the event, such as `0-42`: its `id` */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "event": {
                     *         "id": "0-184",
                     *         "eventId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *         "type": "OrderCreated",
                     *         "streamId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *         "version": 1,
                     *         "position": "184",
                     *         "recordedAt": "2026-01-31T12:00:00.000Z",
                     *         "commandId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *         "correlationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *         "causationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *         "shard": 1,
                     *         "schemaVersion": 1,
                     *         "actor": "key:op_test_4f9a2c",
                     *         "data": {},
                     *         "unreadable": "OrderPaid has schema version 9, which this build does not know",
                     *         "causedBy": "order.created"
                     *       },
                     *       "origin": {
                     *         "id": "184",
                     *         "actor": "key:op_test_4f9a2c"
                     *       },
                     *       "causes": [
                     *         {
                     *           "id": "0-184",
                     *           "eventId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "type": "OrderCreated",
                     *           "streamId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "version": 1,
                     *           "position": "184",
                     *           "recordedAt": "2026-01-31T12:00:00.000Z",
                     *           "commandId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "correlationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "causationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "shard": 1,
                     *           "schemaVersion": 1,
                     *           "actor": "key:op_test_4f9a2c",
                     *           "data": {},
                     *           "unreadable": "OrderPaid has schema version 9, which this build does not know",
                     *           "causedBy": "order.created"
                     *         }
                     *       ],
                     *       "effects": [
                     *         {
                     *           "id": "0-184",
                     *           "eventId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "type": "OrderCreated",
                     *           "streamId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "version": 1,
                     *           "position": "184",
                     *           "recordedAt": "2026-01-31T12:00:00.000Z",
                     *           "commandId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "correlationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "causationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "shard": 1,
                     *           "schemaVersion": 1,
                     *           "actor": "key:op_test_4f9a2c",
                     *           "data": {},
                     *           "unreadable": "OrderPaid has schema version 9, which this build does not know",
                     *           "causedBy": "order.created"
                     *         }
                     *       ],
                     *       "together": [
                     *         {
                     *           "id": "0-184",
                     *           "eventId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "type": "OrderCreated",
                     *           "streamId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "version": 1,
                     *           "position": "184",
                     *           "recordedAt": "2026-01-31T12:00:00.000Z",
                     *           "commandId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "correlationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "causationId": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                     *           "shard": 1,
                     *           "schemaVersion": 1,
                     *           "actor": "key:op_test_4f9a2c",
                     *           "data": {},
                     *           "unreadable": "OrderPaid has schema version 9, which this build does not know"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        event: {
                            /**
                             * @description Shard and position: what `/api/ops/log/{id}` takes, and the event stream names an event by
                             * @example 0-184
                             */
                            id: string;
                            /**
                             * Format: uuid
                             * @description Also the id of the message that tells of it
                             */
                            eventId: string;
                            /** @example OrderCreated */
                            type: string;
                            /**
                             * Format: uuid
                             * @description The order or the payment, or what else it is about
                             */
                            streamId: string;
                            /**
                             * Format: int64
                             * @description Of its stream, after it: what `atVersion` takes
                             */
                            version: number;
                            /** @description Place in the log of its shard: what `atPosition` takes */
                            position: string;
                            /**
                             * Format: date-time
                             * @description UTC, to the microsecond, by the clock of the log: what `at` takes
                             */
                            recordedAt: string;
                            /**
                             * Format: uuid
                             * @description The command that caused it
                             */
                            commandId: string;
                            correlationId: string;
                            /** @description What led to the command: a request, an event, a payment left open */
                            causationId: string;
                            /** Format: int64 */
                            shard: number;
                            /**
                             * Format: int64
                             * @description Of the form in which it is stored
                             */
                            schemaVersion: number;
                            actor: string;
                            /** @description Null when it is unreadable; erased fields are erased here too */
                            data: unknown;
                            /** @description Why this build cannot read it, such as one that a newer build wrote */
                            unreadable: string | null;
                            /** @description The `eventId` of the event here that led to the command; null when it came from outside */
                            causedBy: string | null;
                        };
                        /** @description What began it all */
                        origin: {
                            /** @description Of the request, or of what a clock found; of no event */
                            id: string;
                            actor: string;
                        };
                        /** @description From the first one down to what led to this event */
                        causes: {
                            /**
                             * @description Shard and position: what `/api/ops/log/{id}` takes, and the event stream names an event by
                             * @example 0-184
                             */
                            id: string;
                            /**
                             * Format: uuid
                             * @description Also the id of the message that tells of it
                             */
                            eventId: string;
                            /** @example OrderCreated */
                            type: string;
                            /**
                             * Format: uuid
                             * @description The order or the payment, or what else it is about
                             */
                            streamId: string;
                            /**
                             * Format: int64
                             * @description Of its stream, after it: what `atVersion` takes
                             */
                            version: number;
                            /** @description Place in the log of its shard: what `atPosition` takes */
                            position: string;
                            /**
                             * Format: date-time
                             * @description UTC, to the microsecond, by the clock of the log: what `at` takes
                             */
                            recordedAt: string;
                            /**
                             * Format: uuid
                             * @description The command that caused it
                             */
                            commandId: string;
                            correlationId: string;
                            /** @description What led to the command: a request, an event, a payment left open */
                            causationId: string;
                            /** Format: int64 */
                            shard: number;
                            /**
                             * Format: int64
                             * @description Of the form in which it is stored
                             */
                            schemaVersion: number;
                            actor: string;
                            /** @description Null when it is unreadable; erased fields are erased here too */
                            data: unknown;
                            /** @description Why this build cannot read it, such as one that a newer build wrote */
                            unreadable: string | null;
                            /** @description The `eventId` of the event here that led to the command; null when it came from outside */
                            causedBy: string | null;
                        }[];
                        /** @description What it led to, and what that led to; each right after its cause, which `causedBy` names */
                        effects: {
                            /**
                             * @description Shard and position: what `/api/ops/log/{id}` takes, and the event stream names an event by
                             * @example 0-184
                             */
                            id: string;
                            /**
                             * Format: uuid
                             * @description Also the id of the message that tells of it
                             */
                            eventId: string;
                            /** @example OrderCreated */
                            type: string;
                            /**
                             * Format: uuid
                             * @description The order or the payment, or what else it is about
                             */
                            streamId: string;
                            /**
                             * Format: int64
                             * @description Of its stream, after it: what `atVersion` takes
                             */
                            version: number;
                            /** @description Place in the log of its shard: what `atPosition` takes */
                            position: string;
                            /**
                             * Format: date-time
                             * @description UTC, to the microsecond, by the clock of the log: what `at` takes
                             */
                            recordedAt: string;
                            /**
                             * Format: uuid
                             * @description The command that caused it
                             */
                            commandId: string;
                            correlationId: string;
                            /** @description What led to the command: a request, an event, a payment left open */
                            causationId: string;
                            /** Format: int64 */
                            shard: number;
                            /**
                             * Format: int64
                             * @description Of the form in which it is stored
                             */
                            schemaVersion: number;
                            actor: string;
                            /** @description Null when it is unreadable; erased fields are erased here too */
                            data: unknown;
                            /** @description Why this build cannot read it, such as one that a newer build wrote */
                            unreadable: string | null;
                            /** @description The `eventId` of the event here that led to the command; null when it came from outside */
                            causedBy: string | null;
                        }[];
                        /** @description The other events of the same command */
                        together: {
                            /**
                             * @description Shard and position: what `/api/ops/log/{id}` takes, and the event stream names an event by
                             * @example 0-184
                             */
                            id: string;
                            /**
                             * Format: uuid
                             * @description Also the id of the message that tells of it
                             */
                            eventId: string;
                            /** @example OrderCreated */
                            type: string;
                            /**
                             * Format: uuid
                             * @description The order or the payment, or what else it is about
                             */
                            streamId: string;
                            /**
                             * Format: int64
                             * @description Of its stream, after it: what `atVersion` takes
                             */
                            version: number;
                            /** @description Place in the log of its shard: what `atPosition` takes */
                            position: string;
                            /**
                             * Format: date-time
                             * @description UTC, to the microsecond, by the clock of the log: what `at` takes
                             */
                            recordedAt: string;
                            /**
                             * Format: uuid
                             * @description The command that caused it
                             */
                            commandId: string;
                            correlationId: string;
                            /** @description What led to the command: a request, an event, a payment left open */
                            causationId: string;
                            /** Format: int64 */
                            shard: number;
                            /**
                             * Format: int64
                             * @description Of the form in which it is stored
                             */
                            schemaVersion: number;
                            actor: string;
                            /** @description Null when it is unreadable; erased fields are erased here too */
                            data: unknown;
                            /** @description Why this build cannot read it, such as one that a newer build wrote */
                            unreadable: string | null;
                        }[];
                    };
                };
            };
        };
    };
    listShards: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All shards */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "shard": 1,
                     *           "head": "184",
                     *           "events": 1,
                     *           "oldestAt": "2026-01-31T12:00:00.000Z",
                     *           "newestAt": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** Format: int64 */
                            shard: number;
                            /**
                             * @description Position of its last event; 0: it has none
                             * @example 184
                             */
                            head: string;
                            /**
                             * Format: int64
                             * @description How many are at hand; those in the archive are not counted
                             */
                            events: number;
                            /** @description When the first of these was recorded, UTC; null: there is none */
                            oldestAt: string | null;
                            /** @description When the last of these was recorded, UTC; null: there is none */
                            newestAt: string | null;
                        }[];
                    };
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All metrics */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example order_payments_log_events_total 184 */
                    "text/plain": string;
                };
            };
        };
    };
    receiveProviderWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here */
                Traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @description The payment provider, as it is configured here */
                provider: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {} */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description It is stored */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "received": true
                     *     }
                     */
                    "application/json": {
                        /** @enum {boolean} */
                        received: true;
                    };
                };
            };
        };
    };
}

export type ProblemCode = 'malformed-json' | 'json-too-deep' | 'malformed-request' | 'idempotency-key-required' | 'malformed-url' | 'webhook-signature-invalid' | 'webhook-unreadable' | 'unauthenticated' | 'forbidden' | 'csrf-token-invalid' | 'cross-site-request' | 'refund-approval-own' | 'scope-not-held' | 'not-found' | 'order-not-found' | 'payment-not-found' | 'fulfilment-not-found' | 'return-not-found' | 'dispute-not-found' | 'event-not-found' | 'break-not-found' | 'ledger-account-not-found' | 'dead-letter-not-found' | 'subscription-not-found' | 'projection-not-found' | 'api-key-not-found' | 'refund-not-found' | 'webhook-endpoint-not-found' | 'webhook-delivery-not-found' | 'version-not-found' | 'method-not-allowed' | 'not-acceptable' | 'request-timeout' | 'concurrent-change' | 'idempotency-key-in-use' | 'order-not-payable' | 'order-not-amendable' | 'order-not-cancellable' | 'order-not-fulfillable' | 'order-not-returnable' | 'stock-unavailable' | 'fulfilment-not-in-state' | 'payment-not-capturable' | 'payment-not-voidable' | 'payment-not-refundable' | 'refund-not-awaiting-approval' | 'payment-in-flight' | 'dispute-not-open' | 'payment-already-claimed' | 'api-key-not-active' | 'api-key-limit' | 'projection-newer' | 'webhook-endpoint-disabled' | 'webhook-endpoint-limit' | 'version-mismatch' | 'body-too-large' | 'uri-too-long' | 'unsupported-media-type' | 'expectation-failed' | 'validation-failed' | 'idempotency-key-reused' | 'amount-invalid' | 'currency-mismatch' | 'payment-exceeds-due' | 'payment-token-required' | 'payment-unsupported' | 'capture-exceeds-authorized' | 'refund-exceeds-refundable' | 'line-unknown' | 'quantity-exceeds-available' | 'precondition-required' | 'rate-limited' | 'too-many-attempts' | 'too-many-streams' | 'headers-too-large' | 'internal-error' | 'archived' | 'overloaded' | 'provider-unavailable' | 'unavailable';

/** Decimals of each currency of ISO 4217. */
export const MINOR_DIGITS: Readonly<Record<string, number>> = {"BIF":0,"CLP":0,"DJF":0,"GNF":0,"ISK":0,"JPY":0,"KMF":0,"KRW":0,"PYG":0,"RWF":0,"UGX":0,"UYI":0,"VND":0,"VUV":0,"XAF":0,"XOF":0,"XPF":0,"AED":2,"AFN":2,"ALL":2,"AMD":2,"AOA":2,"ARS":2,"AUD":2,"AWG":2,"AZN":2,"BAM":2,"BBD":2,"BDT":2,"BMD":2,"BND":2,"BOB":2,"BOV":2,"BRL":2,"BSD":2,"BTN":2,"BWP":2,"BYN":2,"BZD":2,"CAD":2,"CDF":2,"CHE":2,"CHF":2,"CHW":2,"CNY":2,"COP":2,"COU":2,"CRC":2,"CUP":2,"CVE":2,"CZK":2,"DKK":2,"DOP":2,"DZD":2,"EGP":2,"ERN":2,"ETB":2,"EUR":2,"FJD":2,"FKP":2,"GBP":2,"GEL":2,"GHS":2,"GIP":2,"GMD":2,"GTQ":2,"GYD":2,"HKD":2,"HNL":2,"HTG":2,"HUF":2,"IDR":2,"ILS":2,"INR":2,"IRR":2,"JMD":2,"KES":2,"KGS":2,"KHR":2,"KPW":2,"KYD":2,"KZT":2,"LAK":2,"LBP":2,"LKR":2,"LRD":2,"LSL":2,"MAD":2,"MDL":2,"MGA":2,"MKD":2,"MMK":2,"MNT":2,"MOP":2,"MRU":2,"MUR":2,"MVR":2,"MWK":2,"MXN":2,"MXV":2,"MYR":2,"MZN":2,"NAD":2,"NGN":2,"NIO":2,"NOK":2,"NPR":2,"NZD":2,"PAB":2,"PEN":2,"PGK":2,"PHP":2,"PKR":2,"PLN":2,"QAR":2,"RON":2,"RSD":2,"RUB":2,"SAR":2,"SBD":2,"SCR":2,"SDG":2,"SEK":2,"SGD":2,"SHP":2,"SLE":2,"SOS":2,"SRD":2,"SSP":2,"STN":2,"SVC":2,"SYP":2,"SZL":2,"THB":2,"TJS":2,"TMT":2,"TOP":2,"TRY":2,"TTD":2,"TWD":2,"TZS":2,"UAH":2,"USD":2,"USN":2,"UYU":2,"UZS":2,"VED":2,"VES":2,"WST":2,"XAD":2,"XCD":2,"XCG":2,"YER":2,"ZAR":2,"ZMW":2,"ZWG":2,"BHD":3,"IQD":3,"JOD":3,"KWD":3,"LYD":3,"OMR":3,"TND":3,"CLF":4,"UYW":4};

export const OPERATIONS = {
  /** The process runs */
  live: {"method":"GET","path":"/livez","rest":"query","isKeyed":false,"isPaged":false},
  /** Requests can be served */
  ready: {"method":"GET","path":"/readyz","rest":"query","isKeyed":false,"isPaged":false},
  /** Every problem code this API answers with */
  listProblems: {"method":"GET","path":"/problems","rest":"query","isKeyed":false,"isPaged":false},
  /** What one problem code means */
  getProblem: {"method":"GET","path":"/problems/{code}","rest":"query","isKeyed":false,"isPaged":false},
  /** This document */
  getApiDescription: {"method":"GET","path":"/openapi.json","rest":"query","isKeyed":false,"isPaged":false},
  /** The messages that leave the service */
  getMessagesDescription: {"method":"GET","path":"/asyncapi.json","rest":"query","isKeyed":false,"isPaged":false},
  /** Place an order */
  createOrder: {"method":"POST","path":"/api/orders","rest":"body","isKeyed":true,"isPaged":false},
  /** Orders, newest first */
  listOrders: {"method":"GET","path":"/api/orders","rest":"query","isKeyed":false,"isPaged":true},
  /** One order, as of its last change or as it was */
  getOrder: {"method":"GET","path":"/api/orders/{orderId}","rest":"query","isKeyed":false,"isPaged":false},
  /** Change what was ordered, before it is fulfilled */
  amendOrder: {"method":"PATCH","path":"/api/orders/{orderId}","rest":"body","inQuery":["dryRun"],"isKeyed":true,"isPaged":false},
  /** All that happened to an order and its payments, in order */
  listOrderEvents: {"method":"GET","path":"/api/orders/{orderId}/events","rest":"query","isKeyed":false,"isPaged":false},
  /** Cancel an order; what was paid for it goes back */
  cancelOrder: {"method":"POST","path":"/api/orders/{orderId}/cancel","rest":"body","inQuery":["dryRun"],"isKeyed":true,"isPaged":false},
  /** Set lines aside for one shipment */
  createFulfilment: {"method":"POST","path":"/api/orders/{orderId}/fulfilments","rest":"body","inQuery":["dryRun"],"isKeyed":true,"isPaged":false},
  /** The lines leave the house */
  shipFulfilment: {"method":"POST","path":"/api/orders/{orderId}/fulfilments/{fulfilmentId}/ship","rest":"body","inQuery":["dryRun"],"isKeyed":true,"isPaged":false},
  /** The shipment arrived; the last of a paid order completes it */
  deliverFulfilment: {"method":"POST","path":"/api/orders/{orderId}/fulfilments/{fulfilmentId}/deliver","rest":"body","inQuery":["dryRun"],"isKeyed":true,"isPaged":false},
  /** Give up a shipment that has not left yet */
  cancelFulfilment: {"method":"POST","path":"/api/orders/{orderId}/fulfilments/{fulfilmentId}/cancel","rest":"body","inQuery":["dryRun"],"isKeyed":true,"isPaged":false},
  /** Announce goods on their way back; a refund is a request of its own */
  requestReturn: {"method":"POST","path":"/api/orders/{orderId}/returns","rest":"body","inQuery":["dryRun"],"isKeyed":true,"isPaged":false},
  /** The goods are back */
  receiveReturn: {"method":"POST","path":"/api/orders/{orderId}/returns/{returnId}/receive","rest":"body","inQuery":["dryRun"],"isKeyed":true,"isPaged":false},
  /** Pay an order; without an amount, all that is due */
  createPayment: {"method":"POST","path":"/api/payments","rest":"body","isKeyed":true,"isPaged":false},
  /** Payments, newest first; those of one order oldest first */
  listPayments: {"method":"GET","path":"/api/payments","rest":"query","isKeyed":false,"isPaged":true},
  /** One payment, as of its last change or as it was */
  getPayment: {"method":"GET","path":"/api/payments/{paymentId}","rest":"query","isKeyed":false,"isPaged":false},
  /** Take what is authorized, or part of it */
  capturePayment: {"method":"POST","path":"/api/payments/{paymentId}/capture","rest":"body","inQuery":["dryRun"],"isKeyed":true,"isPaged":false},
  /** Let go of what is authorized, while nothing was captured */
  voidPayment: {"method":"POST","path":"/api/payments/{paymentId}/void","rest":"body","inQuery":["dryRun"],"isKeyed":true,"isPaged":false},
  /** Ask the provider now what became of the payment */
  syncPayment: {"method":"POST","path":"/api/payments/{paymentId}/sync","rest":"body","isKeyed":true,"isPaged":false},
  /** Give back what was captured, or part of it */
  refundPayment: {"method":"POST","path":"/api/payments/{paymentId}/refunds","rest":"body","isKeyed":true,"isPaged":false},
  /** One refund of a payment */
  getRefund: {"method":"GET","path":"/api/payments/{paymentId}/refunds/{refundId}","rest":"query","isKeyed":false,"isPaged":false},
  /** What a refund would come to, or why it would be refused; nothing is done */
  previewRefund: {"method":"POST","path":"/api/payments/{paymentId}/refunds/preview","rest":"body","isKeyed":false,"isPaged":false},
  /** Approve of a refund that somebody else asked for: the money goes back */
  approveRefund: {"method":"POST","path":"/api/payments/{paymentId}/refunds/{refundId}/approve","rest":"body","isKeyed":true,"isPaged":false},
  /** Refuse a refund that waits for approval, one’s own included */
  rejectRefund: {"method":"POST","path":"/api/payments/{paymentId}/refunds/{refundId}/reject","rest":"body","isKeyed":true,"isPaged":false},
  /** Refunds that wait for approval; the one that lapses first comes first */
  listRefunds: {"method":"GET","path":"/api/refunds","rest":"query","isKeyed":false,"isPaged":true},
  /** What customers’ banks want back, newest first */
  listDisputes: {"method":"GET","path":"/api/disputes","rest":"query","isKeyed":false,"isPaged":true},
  /** One dispute */
  getDispute: {"method":"GET","path":"/api/disputes/{disputeId}","rest":"query","isKeyed":false,"isPaged":false},
  /** Give a dispute up: the money stays with the customer. Repeating it changes nothing */
  acceptDispute: {"method":"POST","path":"/api/disputes/{disputeId}/accept","rest":"body","isKeyed":true,"isPaged":false},
  /** Say what speaks against an open dispute; the customer’s bank decides */
  submitDisputeEvidence: {"method":"POST","path":"/api/disputes/{disputeId}/evidence","rest":"body","isKeyed":true,"isPaged":false},
  /** Erase what is kept about a customer */
  eraseCustomer: {"method":"DELETE","path":"/api/customers/{customerId}","rest":"query","isKeyed":false,"isPaged":false},
  /** What every account comes to, now or at an instant */
  getTrialBalance: {"method":"GET","path":"/api/ledger/trial-balance","rest":"query","isKeyed":false,"isPaged":false},
  /** The statement of an account, or all that was booked for an order, newest first */
  listLedgerEntries: {"method":"GET","path":"/api/ledger/entries","rest":"query","isKeyed":false,"isPaged":true},
  /** Every account that was ever booked on, by currency: what it is for and what it comes to */
  listLedgerAccounts: {"method":"GET","path":"/api/ledger/accounts","rest":"query","isKeyed":false,"isPaged":false},
  /** What was booked on an account in one currency, oldest first, and what it came to each time */
  getAccountStatement: {"method":"GET","path":"/api/ledger/accounts/{account}/statement","rest":"query","isKeyed":false,"isPaged":true},
  /** Where the ledger and a provider’s books do not agree, the newest day first */
  listReconciliationBreaks: {"method":"GET","path":"/api/reconciliation/breaks","rest":"query","isKeyed":false,"isPaged":true},
  /** A break, with what each of the books has to say of it now */
  getReconciliationBreak: {"method":"GET","path":"/api/reconciliation/breaks/{breakId}","rest":"query","isKeyed":false,"isPaged":false},
  /** Orders and payments per day and currency, newest first */
  listDailySales: {"method":"GET","path":"/api/daily-sales","rest":"query","isKeyed":false,"isPaged":false},
  /** What happened, by minute or hour and currency, oldest first */
  listActivity: {"method":"GET","path":"/api/activity","rest":"query","isKeyed":false,"isPaged":false},
  /** How much waits for a person, now */
  getOverview: {"method":"GET","path":"/api/overview","rest":"query","isKeyed":false,"isPaged":false},
  /** Where messages are posted to, newest first */
  listWebhookEndpoints: {"method":"GET","path":"/api/webhook-endpoints","rest":"query","isKeyed":false,"isPaged":true},
  /** Have messages posted to a URL of yours, from now on */
  createWebhookEndpoint: {"method":"POST","path":"/api/webhook-endpoints","rest":"body","isKeyed":true,"isPaged":false},
  /** One endpoint */
  getWebhookEndpoint: {"method":"GET","path":"/api/webhook-endpoints/{endpointId}","rest":"query","isKeyed":false,"isPaged":false},
  /** Change where and what is posted, or disable it, or enable it again */
  changeWebhookEndpoint: {"method":"PATCH","path":"/api/webhook-endpoints/{endpointId}","rest":"body","isKeyed":false,"isPaged":false},
  /** Delete an endpoint with its deliveries and its secrets */
  deleteWebhookEndpoint: {"method":"DELETE","path":"/api/webhook-endpoints/{endpointId}","rest":"query","isKeyed":false,"isPaged":false},
  /** A new secret; the one before signs too, for a day unless said otherwise */
  rotateWebhookSecret: {"method":"POST","path":"/api/webhook-endpoints/{endpointId}/rotate-secret","rest":"body","isKeyed":true,"isPaged":false},
  /** Post a message of the type `webhook.ping`, whatever the endpoint asks for */
  pingWebhookEndpoint: {"method":"POST","path":"/api/webhook-endpoints/{endpointId}/ping","rest":"body","isKeyed":true,"isPaged":false},
  /** What was posted, or is still to be, newest first */
  listWebhookDeliveries: {"method":"GET","path":"/api/webhook-deliveries","rest":"query","isKeyed":false,"isPaged":true},
  /** One delivery with what came of each attempt */
  getWebhookDelivery: {"method":"GET","path":"/api/webhook-deliveries/{deliveryId}","rest":"query","isKeyed":false,"isPaged":false},
  /** Post it again now, under the same id, and retry it as if it were new */
  redeliverWebhook: {"method":"POST","path":"/api/webhook-deliveries/{deliveryId}/redeliver","rest":"body","isKeyed":true,"isPaged":false},
  /** Messages that consumers gave up, by consumer and fault, the newest first */
  listDeadLetterGroups: {"method":"GET","path":"/api/ops/dead-letters/groups","rest":"query","isKeyed":false,"isPaged":true},
  /** Messages that consumers gave up, the newest first */
  listDeadLetters: {"method":"GET","path":"/api/ops/dead-letters","rest":"query","isKeyed":false,"isPaged":true},
  /** Hand failed ones to their consumers again; what was replayed already stays as it is */
  replayDeadLetters: {"method":"POST","path":"/api/ops/dead-letters/replay","rest":"body","isKeyed":false,"isPaged":false},
  /** Give failed ones up for good; who did it and why is kept */
  discardDeadLetters: {"method":"POST","path":"/api/ops/dead-letters/discard","rest":"body","isKeyed":false,"isPaged":false},
  /** One of them, with what the message holds and each time it was given up */
  getDeadLetter: {"method":"GET","path":"/api/ops/dead-letters/{letterId}","rest":"query","isKeyed":false,"isPaged":false},
  /** What will happen by itself unless something else happens first, soonest first */
  listScheduledWork: {"method":"GET","path":"/api/ops/scheduled","rest":"query","isKeyed":false,"isPaged":true},
  /** How every projection and everything else that follows the log stands, shard by shard */
  listSubscriptions: {"method":"GET","path":"/api/ops/subscriptions","rest":"query","isKeyed":false,"isPaged":false},
  /** Stop a projection or another subscription; asking again is answered the same */
  pauseSubscription: {"method":"POST","path":"/api/ops/subscriptions/{name}/pause","rest":"body","isKeyed":false,"isPaged":false},
  /** Let a subscription go on that was paused, or that halted at an event; asking again is answered the same */
  resumeSubscription: {"method":"POST","path":"/api/ops/subscriptions/{name}/resume","rest":"body","isKeyed":false,"isPaged":false},
  /** The generations of a read model: the live one, and how far one has come that is being built */
  getProjection: {"method":"GET","path":"/api/ops/projections/{name}","rest":"query","isKeyed":false,"isPaged":false},
  /** Build a read model anew beside the one in use, which takes its place once it has caught up */
  rebuildProjection: {"method":"POST","path":"/api/ops/projections/{name}/rebuild","rest":"body","isKeyed":false,"isPaged":false},
  /** Drop what is being built of a read model; never one that is live */
  cancelRebuild: {"method":"DELETE","path":"/api/ops/projections/{name}/rebuild","rest":"query","isKeyed":false,"isPaged":false},
  /** Events that subscriptions could not handle, with those of their streams that wait behind them */
  listParkedEvents: {"method":"GET","path":"/api/ops/parked","rest":"query","isKeyed":false,"isPaged":true},
  /** Have parked events tried again; what came of it is told by the list, where those that were handled are gone */
  retryParkedEvents: {"method":"POST","path":"/api/ops/parked/retry","rest":"body","isKeyed":false,"isPaged":false},
  /** Give parked events up for good, each for its subscription; who did it and why is kept */
  discardParkedEvents: {"method":"POST","path":"/api/ops/parked/discard","rest":"body","isKeyed":false,"isPaged":false},
  /** How the process that answers is, and what it works on */
  getHealth: {"method":"GET","path":"/api/ops/health","rest":"query","isKeyed":false,"isPaged":false},
  /** Keys of the tenant, newest first, those that are good no longer included */
  listApiKeys: {"method":"GET","path":"/api/api-keys","rest":"query","isKeyed":false,"isPaged":true},
  /** Make a key that may do no more than who makes it; it is shown this once */
  createApiKey: {"method":"POST","path":"/api/api-keys","rest":"body","isKeyed":true,"isPaged":false},
  /** One key */
  getApiKey: {"method":"GET","path":"/api/api-keys/{keyId}","rest":"query","isKeyed":false,"isPaged":false},
  /** A new key in place of this one, which stays good for a day unless said otherwise */
  rotateApiKey: {"method":"POST","path":"/api/api-keys/{keyId}/rotate","rest":"body","isKeyed":true,"isPaged":false},
  /** Have a key refused from now on, everywhere; asking again is answered the same */
  revokeApiKey: {"method":"POST","path":"/api/api-keys/{keyId}/revoke","rest":"body","isKeyed":false,"isPaged":false},
  /** What operators of the tenant did and who was denied what, newest first */
  listAudit: {"method":"GET","path":"/api/ops/audit","rest":"query","isKeyed":false,"isPaged":true},
  /** Who you are, and what you may do */
  getSession: {"method":"GET","path":"/api/session","rest":"query","isKeyed":false,"isPaged":false},
  /** Sign out: the session is over, everywhere; a key or a token is as good as before */
  endSession: {"method":"DELETE","path":"/api/session","rest":"query","isKeyed":false,"isPaged":false},
  /** Sign in to the console, with a key or with a link */
  openSession: {"method":"POST","path":"/api/session","rest":"body","isKeyed":false,"isPaged":false},
  /** Events of the log, newest first unless asked otherwise */
  listLogEvents: {"method":"GET","path":"/api/ops/log","rest":"query","isKeyed":false,"isPaged":true},
  /** One event, what caused it up to the first request, and what it caused in turn */
  getLogEvent: {"method":"GET","path":"/api/ops/log/{id}","rest":"query","isKeyed":false,"isPaged":false},
  /** How far each shard of the log has come, with the events of all tenants */
  listShards: {"method":"GET","path":"/api/ops/shards","rest":"query","isKeyed":false,"isPaged":false},
  /** Metrics of this process */
  getMetrics: {"method":"GET","path":"/metrics","rest":"query","isKeyed":false,"isPaged":false},
} as const;
