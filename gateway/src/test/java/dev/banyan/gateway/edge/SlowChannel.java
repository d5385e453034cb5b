package dev.banyan.gateway.edge;

import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;

/** A connection whose other side takes nothing for now. */
final class SlowChannel extends EmbeddedChannel {

    boolean takes;

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        if (takes) {
            super.doWrite(in);
        }
    }
}
