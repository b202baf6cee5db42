package multimodal.gateway.testing;

import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.server.HealthGrpcService;
import multimodal.common.server.ServingState;
import multimodal.gateway.client.RemoteService;
import multimodal.gateway.client.ServiceChannels;
import multimodal.gateway.proxy.MergedReflection;
import multimodal.gateway.proxy.PassThrough;
import multimodal.image.v1.ImageServiceGrpc;

/** The services below the gateway, on free ports of the loopback interface. */
public final class FakeFleet implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

    public final FakeImageService image = new FakeImageService();
    public final FakeVisionLanguageService visionLanguage = new FakeVisionLanguageService();
    public final FakeClipService clip = new FakeClipService();
    public final FakeModelService imageModels = new FakeModelService("painter/1");
    public final FakeModelService clipModels = new FakeModelService("captioner/1", "captioner/2");
    public final ServingState imageState = new ServingState(() -> Set.of(ImageServiceGrpc.SERVICE_NAME));
    public final ServingState clipState =
            new ServingState(() -> Set.of(ClipServiceGrpc.SERVICE_NAME, VisionLanguageServiceGrpc.SERVICE_NAME));

    /** Headers of every call that came, health and reflection left out. */
    public final List<Metadata> headers = new CopyOnWriteArrayList<>();

    private final Server clipServer;
    private final int imagePort;
    private Server imageServer;

    /** On free ports. */
    public FakeFleet() {
        this(0, 0);
    }

    /** On the given ports. */
    public FakeFleet(int imagePort, int clipPort) {
        imageServer = startImage(imagePort);
        this.imagePort = imageServer.getPort();
        clipServer = start(clipPort, List.of(clip, visionLanguage, clipModels, new HealthGrpcService(clipState)));
        imageState.set(ImageServiceGrpc.SERVICE_NAME, true);
        clipState.set(ClipServiceGrpc.SERVICE_NAME, true);
        clipState.set(VisionLanguageServiceGrpc.SERVICE_NAME, true);
    }

    /** What {@code fleets} offer together, by service name: each fleet is an instance of every service. */
    public static Map<String, RemoteService> services(List<FakeFleet> fleets) {
        List<String> image = fleets.stream().map(FakeFleet::imageAddress).toList();
        List<String> clip = fleets.stream().map(FakeFleet::clipAddress).toList();
        return Map.of(
                "image",
                new RemoteService(image, List.of(ImageServiceGrpc.SERVICE_NAME)),
                "clip",
                new RemoteService(clip, List.of(ClipServiceGrpc.SERVICE_NAME, VisionLanguageServiceGrpc.SERVICE_NAME)));
    }

    public String imageAddress() {
        return "127.0.0.1:" + imagePort;
    }

    public String clipAddress() {
        return "127.0.0.1:" + clipServer.getPort();
    }

    /** Ends the image service as a killed process would end. */
    public void killImage() throws InterruptedException {
        imageServer.shutdownNow();
        imageServer.awaitTermination();
    }

    /** Starts the image service again, at its old address. */
    public void restartImage() {
        imageServer = startImage(imagePort);
    }

    @Override
    public void close() throws InterruptedException {
        killImage();
        clipServer.shutdownNow();
        clipServer.awaitTermination();
    }

    private Server startImage(int port) {
        return start(port, List.of(image, imageModels, new HealthGrpcService(imageState)));
    }

    private Server start(int port, List<BindableService> services) {
        ServerBuilder<?> builder = Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .intercept(new HeaderRecorder());
        services.forEach(builder::addService);
        ServiceChannels none = new ServiceChannels(Map.of(), List.of());
        MergedReflection reflection = new MergedReflection(
                services.stream().map(BindableService::bindService).toList(), none);
        builder.fallbackHandlerRegistry(new PassThrough(none, reflection, List.of()));
        try {
            return builder.build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class HeaderRecorder implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
            if (call.getMethodDescriptor().getFullMethodName().startsWith("multimodal.")) {
                headers.add(metadata);
            }
            return next.startCall(call, metadata);
        }
    }
}
