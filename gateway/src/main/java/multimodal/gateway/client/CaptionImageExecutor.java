package multimodal.gateway.client;

import java.util.Optional;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.CaptionImageResponse;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.gateway.workflow.Cancellation;
import multimodal.gateway.workflow.NodeException;
import multimodal.gateway.workflow.NodeExecutor;
import multimodal.gateway.workflow.NodeInputs;
import multimodal.gateway.workflow.NodeListener;
import multimodal.gateway.workflow.NodeOutput;

/** {@code VisionLanguageService/CaptionImage}: {@code image} → {@code caption}. */
public final class CaptionImageExecutor implements NodeExecutor {
    private final VisionLanguageServiceGrpc.VisionLanguageServiceBlockingStub stub;
    private final CaptionImageRequest settings;

    /** An executor whose calls are {@code settings} with the picture filled in. */
    public CaptionImageExecutor(ServiceChannels channels, CaptionImageRequest settings) {
        this.stub = VisionLanguageServiceGrpc.newBlockingStub(
                channels.serving(VisionLanguageServiceGrpc.SERVICE_NAME).orElseThrow());
        this.settings = settings;
    }

    @Override
    public NodeOutput execute(NodeInputs inputs, NodeListener listener, Cancellation cancellation)
            throws NodeException {
        CaptionImageRequest request =
                settings.toBuilder().setImage(inputs.image("image")).build();
        return RemoteStream.read(() -> stub.captionImage(request), message -> read(message, listener), cancellation);
    }

    private static Optional<NodeOutput> read(CaptionImageResponse message, NodeListener listener) {
        if (message.hasLoading()) {
            listener.onLoading(message.getLoading().getModel());
        }
        if (message.hasToken()) {
            listener.onToken(message.getToken());
        }
        return message.hasResult() ? Optional.of(TextOutputs.render("caption", message.getResult())) : Optional.empty();
    }
}
