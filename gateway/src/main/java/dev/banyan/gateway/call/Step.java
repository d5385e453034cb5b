package dev.banyan.gateway.call;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;

/** What a call does next. */
public sealed interface Step {

    /**
     * Ask this instance, and tell the call what came of it. What came before is given up.
     *
     * @param anew over a connection that was not used before
     */
    record Ask(LiveBackend backend, Instance instance, boolean anew) implements Step {}

    /** The reply whose head has come goes to the client. */
    record Forward() implements Step {}

    /** Nobody is left to ask: the gateway answers for the backend. */
    record Answer(Failure failure) implements Step {}
}
