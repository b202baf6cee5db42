package multimodal.gateway.client;

import java.util.Optional;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.clip.v1.ContinueTextResponse;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.gateway.workflow.Cancellation;
import multimodal.gateway.workflow.NodeException;
import multimodal.gateway.workflow.NodeExecutor;
import multimodal.gateway.workflow.NodeInputs;
import multimodal.gateway.workflow.NodeListener;
import multimodal.gateway.workflow.NodeOutput;

/** {@code VisionLanguageService/ContinueText}: {@code prompt} → {@code text}. */
public final class ContinueTextExecutor implements NodeExecutor {
    private final VisionLanguageServiceGrpc.VisionLanguageServiceBlockingStub stub;
    private final ContinueTextRequest settings;

    /** An executor whose calls are {@code settings} with the text so far filled in. */
    public ContinueTextExecutor(ServiceChannels channels, ContinueTextRequest settings) {
        this.stub = VisionLanguageServiceGrpc.newBlockingStub(
                channels.serving(VisionLanguageServiceGrpc.SERVICE_NAME).orElseThrow());
        this.settings = settings;
    }

    @Override
    public NodeOutput execute(NodeInputs inputs, NodeListener listener, Cancellation cancellation)
            throws NodeException {
        ContinueTextRequest request =
                settings.toBuilder().setPrompt(inputs.text("prompt")).build();
        return RemoteStream.read(() -> stub.continueText(request), message -> read(message, listener), cancellation);
    }

    private static Optional<NodeOutput> read(ContinueTextResponse message, NodeListener listener) {
        if (message.hasLoading()) {
            listener.onLoading(message.getLoading().getModel());
        }
        if (message.hasToken()) {
            listener.onToken(message.getToken());
        }
        return message.hasResult() ? Optional.of(TextOutputs.render("text", message.getResult())) : Optional.empty();
    }
}
