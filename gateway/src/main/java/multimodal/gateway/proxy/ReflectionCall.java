package multimodal.gateway.proxy;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.reflection.v1.ErrorResponse;
import io.grpc.reflection.v1.ListServiceResponse;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One reflection stream; its answers come in the order of the questions. */
final class ReflectionCall implements StreamObserver<ServerReflectionRequest> {
    private static final int PATIENCE_SECONDS = 5;

    private final LocalReflection local;
    private final List<Channel> below;
    private final StreamObserver<ServerReflectionResponse> responses;
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

    ReflectionCall(LocalReflection local, List<Channel> below, StreamObserver<ServerReflectionResponse> responses) {
        this.local = local;
        this.below = below;
        this.responses = responses;
    }

    @Override
    public void onNext(ServerReflectionRequest request) {
        last = last.thenCombine(answer(request), (before, response) -> {
            responses.onNext(response);
            return null;
        });
    }

    @Override
    public void onError(Throwable error) {
        last.cancel(false);
    }

    @Override
    public void onCompleted() {
        last.whenComplete((done, error) -> responses.onCompleted());
    }

    private CompletableFuture<ServerReflectionResponse> answer(ServerReflectionRequest request) {
        boolean isList = request.hasListServices();
        ServerReflectionResponse known = local.answer(request).orElse(notFound(request));
        if (!isList && !known.hasErrorResponse()) {
            return CompletableFuture.completedFuture(known);
        }
        List<CompletableFuture<ServerReflectionResponse>> answers =
                below.stream().map(channel -> ask(channel, request)).toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    List<ServerReflectionResponse> all = new ArrayList<>(List.of(known));
                    answers.forEach(answer -> all.add(answer.join()));
                    return isList ? merge(all) : firstFound(all);
                });
    }

    /** Asks one service; one that does not answer knows nothing. */
    private static CompletableFuture<ServerReflectionResponse> ask(Channel channel, ServerReflectionRequest request) {
        CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(channel)
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable error) {
                        answer.complete(notFound(request));
                    }

                    @Override
                    public void onCompleted() {
                        answer.complete(notFound(request));
                    }
                });
        requests.onNext(request);
        requests.onCompleted();
        return answer;
    }

    private static ServerReflectionResponse merge(List<ServerReflectionResponse> answers) {
        Map<String, ServiceResponse> services = new TreeMap<>();
        answers.forEach(answer -> answer.getListServicesResponse()
                .getServiceList()
                .forEach(service -> services.put(service.getName(), service)));
        return answers.get(0).toBuilder()
                .setListServicesResponse(ListServiceResponse.newBuilder().addAllService(services.values()))
                .build();
    }

    private static ServerReflectionResponse firstFound(List<ServerReflectionResponse> answers) {
        return answers.stream()
                .filter(answer -> !answer.hasErrorResponse())
                .findFirst()
                .orElse(answers.get(0));
    }

    private static ServerReflectionResponse notFound(ServerReflectionRequest request) {
        return ServerReflectionResponse.newBuilder()
                .setValidHost(request.getHost())
                .setOriginalRequest(request)
                .setErrorResponse(ErrorResponse.newBuilder()
                        .setErrorCode(Status.Code.NOT_FOUND.value())
                        .setErrorMessage("not found"))
                .build();
    }
}
