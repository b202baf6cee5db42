package multimodal.gateway.client;

import java.util.List;

/**
 * A service below.
 *
 * @param addresses {@code host:port} of its instances; a host name stands for every address that it resolves to
 * @param grpcServices full names of its gRPC services
 */
public record RemoteService(List<String> addresses, List<String> grpcServices) {}
