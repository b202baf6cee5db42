package multimodal.gateway.proxy;

import com.google.protobuf.Descriptors.FileDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.reflection.v1.ExtensionNumberResponse;
import io.grpc.reflection.v1.ExtensionRequest;
import io.grpc.reflection.v1.FileDescriptorResponse;
import io.grpc.reflection.v1.ListServiceResponse;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.quarkus.grpc.reflection.service.GrpcServerIndex;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Answers reflection from the descriptors that this process has. */
final class LocalReflection {
    private final GrpcServerIndex index;
    private final Set<String> names;

    /** Over {@code services}; {@code furtherNames} are listed too. */
    LocalReflection(List<ServerServiceDefinition> services, List<String> furtherNames) {
        index = new GrpcServerIndex(services);
        names = new TreeSet<>(index.getServiceNames());
        names.addAll(furtherNames);
    }

    /** The answer to {@code request}; empty if this process does not know what is asked for. */
    Optional<ServerReflectionResponse> answer(ServerReflectionRequest request) {
        ServerReflectionResponse.Builder response = ServerReflectionResponse.newBuilder()
                .setValidHost(request.getHost())
                .setOriginalRequest(request);
        return switch (request.getMessageRequestCase()) {
            case LIST_SERVICES ->
                Optional.of(response.setListServicesResponse(services()).build());
            case FILE_BY_FILENAME -> files(response, index.getFileDescriptorByName(request.getFileByFilename()));
            case FILE_CONTAINING_SYMBOL ->
                files(response, index.getFileDescriptorBySymbol(request.getFileContainingSymbol()));
            case FILE_CONTAINING_EXTENSION -> files(response, extension(request.getFileContainingExtension()));
            case ALL_EXTENSION_NUMBERS_OF_TYPE -> extensions(response, request.getAllExtensionNumbersOfType());
            case MESSAGEREQUEST_NOT_SET -> Optional.empty();
        };
    }

    private ListServiceResponse services() {
        ListServiceResponse.Builder services = ListServiceResponse.newBuilder();
        names.forEach(name -> services.addService(ServiceResponse.newBuilder().setName(name)));
        return services.build();
    }

    private FileDescriptor extension(ExtensionRequest request) {
        return index.getFileDescriptorByExtensionAndNumber(request.getContainingType(), request.getExtensionNumber());
    }

    private Optional<ServerReflectionResponse> extensions(ServerReflectionResponse.Builder response, String type) {
        Set<Integer> numbers = index.getExtensionNumbersOfType(type);
        if (numbers == null) {
            return Optional.empty();
        }
        ExtensionNumberResponse.Builder found =
                ExtensionNumberResponse.newBuilder().setBaseTypeName(type);
        numbers.forEach(found::addExtensionNumber);
        return Optional.of(response.setAllExtensionNumbersResponse(found).build());
    }

    /** {@code file} and everything that it imports. */
    private static Optional<ServerReflectionResponse> files(
            ServerReflectionResponse.Builder response, FileDescriptor file) {
        if (file == null) {
            return Optional.empty();
        }
        Map<String, FileDescriptor> found = new LinkedHashMap<>();
        Deque<FileDescriptor> open = new ArrayDeque<>(List.of(file));
        while (!open.isEmpty()) {
            FileDescriptor next = open.remove();
            if (found.putIfAbsent(next.getName(), next) == null) {
                open.addAll(next.getDependencies());
            }
        }
        FileDescriptorResponse.Builder files = FileDescriptorResponse.newBuilder();
        found.values().forEach(one -> files.addFileDescriptorProto(one.toProto().toByteString()));
        return Optional.of(response.setFileDescriptorResponse(files).build());
    }
}
