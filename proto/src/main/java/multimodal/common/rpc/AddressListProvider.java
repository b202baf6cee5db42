package multimodal.common.rpc;

import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Makes a resolver of gRPC targets {@code fleet:/host:port,host:port}. */
final class AddressListProvider extends NameResolverProvider {
    private static final String SCHEME = "fleet";
    /** Below that of DNS, which stays the resolver of targets without a scheme. */
    private static final int PRIORITY = 1;

    /** The target that stands for all of {@code addresses}. */
    static String target(List<String> addresses) {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("addresses: none (expected: host:port, at least one)");
        }
        addresses.forEach(AddressListProvider::parse);
        try {
            // Quotes the brackets around a numeric IPv6 address.
            return new URI(SCHEME, null, "/" + String.join(",", addresses), null).toString();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("addresses: " + addresses + " (expected: host:port each)", e);
        }
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
        if (!SCHEME.equals(target.getScheme())) {
            return null;
        }
        List<InetSocketAddress> addresses = Arrays.stream(
                        target.getPath().substring(1).split(","))
                .map(AddressListProvider::parse)
                .toList();
        return new AddressListResolver(addresses, args);
    }

    @Override
    public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
        return Set.of(InetSocketAddress.class);
    }

    @Override
    protected boolean isAvailable() {
        return true;
    }

    @Override
    protected int priority() {
        return PRIORITY;
    }

    @Override
    public String getDefaultScheme() {
        return SCHEME;
    }

    private static InetSocketAddress parse(String address) {
        int colon = address.lastIndexOf(':');
        String port = address.substring(colon + 1);
        if (colon < 1 || !port.matches("\\d{1,5}") || address.contains("/")) {
            throw new IllegalArgumentException("address: " + address + " (expected: host:port)");
        }
        return InetSocketAddress.createUnresolved(address.substring(0, colon), Integer.parseInt(port));
    }
}
