package multimodal.gateway.client;

import java.util.Map;
import java.util.Optional;
import multimodal.common.v1.FinishReason;
import multimodal.gateway.workflow.Cancellation;
import multimodal.gateway.workflow.NodeException;
import multimodal.gateway.workflow.NodeExecutor;
import multimodal.gateway.workflow.NodeInputs;
import multimodal.gateway.workflow.NodeListener;
import multimodal.gateway.workflow.NodeOutput;
import multimodal.gateway.workflow.PortValue.ImageValue;
import multimodal.image.v1.GenerateImageProgress;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.GenerateImageResult;
import multimodal.image.v1.ImageServiceGrpc;

/** {@code ImageService/GenerateImage}: {@code prompt} → {@code image}. */
public final class GenerateImageExecutor implements NodeExecutor {
    private final ImageServiceGrpc.ImageServiceBlockingStub stub;
    private final GenerateImageRequest settings;

    /** An executor whose calls are {@code settings} with the prompt filled in. */
    public GenerateImageExecutor(ServiceChannels channels, GenerateImageRequest settings) {
        this.stub = ImageServiceGrpc.newBlockingStub(
                channels.serving(ImageServiceGrpc.SERVICE_NAME).orElseThrow());
        this.settings = settings;
    }

    @Override
    public NodeOutput execute(NodeInputs inputs, NodeListener listener, Cancellation cancellation)
            throws NodeException {
        GenerateImageRequest request =
                settings.toBuilder().setPrompt(inputs.text("prompt")).build();
        return RemoteStream.read(() -> stub.generateImage(request), message -> read(message, listener), cancellation);
    }

    private static Optional<NodeOutput> read(GenerateImageResponse message, NodeListener listener) {
        if (message.hasLoading()) {
            listener.onLoading(message.getLoading().getModel());
        }
        if (message.hasProgress()) {
            GenerateImageProgress progress = message.getProgress();
            listener.onProgress(progress.getProgress(), progress.getPreviewsList());
        }
        return message.hasResult() ? Optional.of(render(message.getResult())) : Optional.empty();
    }

    private static NodeOutput render(GenerateImageResult result) {
        ImageValue image = new ImageValue(result.getImages(0).getImage());
        return new NodeOutput(Map.of("image", image), result.getInfo(), FinishReason.FINISH_REASON_UNSPECIFIED);
    }
}
