package multimodal.gateway.proxy;

import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * The two halves of a call that passes through.
 *
 * <p>At most one message is on its way in each direction: the next one is asked for when the other side has room.
 */
final class ProxyCall {
    private final ServerCall<byte[], byte[]> down;
    private final ClientCall<byte[], byte[]> up;
    private final Context context = Context.current();
    private final Object lock = new Object();
    private boolean requestWaits;
    private boolean responseWaits;

    ProxyCall(ServerCall<byte[], byte[]> down, ClientCall<byte[], byte[]> up) {
        this.down = down;
        this.up = up;
    }

    ServerCall.Listener<byte[]> downListener() {
        return new DownListener();
    }

    ClientCall.Listener<byte[]> upListener() {
        return new UpListener();
    }

    /** What the client does. */
    private final class DownListener extends ServerCall.Listener<byte[]> {
        @Override
        public void onMessage(byte[] message) {
            up.sendMessage(message);
            synchronized (lock) {
                requestWaits = !up.isReady();
                if (!requestWaits) {
                    down.request(1);
                }
            }
        }

        @Override
        public void onHalfClose() {
            up.halfClose();
        }

        @Override
        public void onCancel() {
            up.cancel("the client has gone", null);
        }

        @Override
        public void onReady() {
            synchronized (lock) {
                if (responseWaits) {
                    responseWaits = false;
                    up.request(1);
                }
            }
        }
    }

    /** What the service does. */
    private final class UpListener extends ClientCall.Listener<byte[]> {
        @Override
        public void onHeaders(Metadata headers) {
            down.sendHeaders(headers);
        }

        @Override
        public void onMessage(byte[] message) {
            down.sendMessage(message);
            synchronized (lock) {
                responseWaits = !down.isReady();
                if (!responseWaits) {
                    up.request(1);
                }
            }
        }

        @Override
        public void onReady() {
            synchronized (lock) {
                if (requestWaits) {
                    requestWaits = false;
                    down.request(1);
                }
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (!context.isCancelled()) {
                // Else gRPC ends the stream itself, and a second end on the wire breaks the client's whole connection.
                down.close(status, trailers);
            }
        }
    }
}
