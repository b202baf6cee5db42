package multimodal.common.rpc;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/**
 * Resolves a list of {@code host:port}, each to all its addresses, of which every one is an instance. Tells what it finds
 * whenever that has changed. State belongs to the channel's synchronization context.
 */
final class AddressListResolver extends NameResolver {
    private final List<InetSocketAddress> addresses;
    private final Args args;
    private Listener2 listener;
    private Optional<List<EquivalentAddressGroup>> told = Optional.empty();
    private boolean isLooking;
    private boolean isShutdown;

    AddressListResolver(List<InetSocketAddress> addresses, Args args) {
        this.addresses = addresses;
        this.args = args;
    }

    @Override
    public String getServiceAuthority() {
        return addresses.stream()
                .map(address -> address.getHostString() + ":" + address.getPort())
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void start(Listener2 listener) {
        this.listener = listener;
        refresh();
    }

    @Override
    public void refresh() {
        if (!isLooking && !isShutdown) {
            isLooking = true;
            Executor threads = args.getOffloadExecutor();
            threads.execute(this::lookUp);
        }
    }

    @Override
    public void shutdown() {
        isShutdown = true;
    }

    private void lookUp() {
        List<EquivalentAddressGroup> found = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (InetSocketAddress address : addresses) {
            try {
                for (InetAddress host : InetAddress.getAllByName(address.getHostString())) {
                    found.add(new EquivalentAddressGroup(new InetSocketAddress(host, address.getPort())));
                }
            } catch (UnknownHostException e) {
                unknown.add(address.getHostString());
            }
        }
        args.getSynchronizationContext().execute(() -> tell(found, unknown));
    }

    private void tell(List<EquivalentAddressGroup> found, List<String> unknown) {
        isLooking = false;
        if (isShutdown || told.equals(Optional.of(found))) {
            return;
        }
        told = Optional.of(found);
        StatusOr<List<EquivalentAddressGroup>> result = found.isEmpty()
                ? StatusOr.fromStatus(Status.UNAVAILABLE.withDescription(
                        "unknown host: " + unknown.stream().distinct().collect(Collectors.joining(", "))))
                : StatusOr.fromValue(found);
        listener.onResult2(
                ResolutionResult.newBuilder().setAddressesOrError(result).build());
    }
}
