package multimodal.clip.rpc;

import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;
import multimodal.clip.pipeline.Answer;
import multimodal.clip.pipeline.AnswerOptions;
import multimodal.clip.pipeline.Answerer;
import multimodal.clip.pipeline.CaptionOptions;
import multimodal.clip.pipeline.Captioner;
import multimodal.clip.pipeline.Content;
import multimodal.clip.pipeline.ContinueOptions;
import multimodal.clip.pipeline.ModalityFuser;
import multimodal.clip.pipeline.TextContinuer;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.steps.PictureReader;
import multimodal.clip.v1.AnswerQuestionRequest;
import multimodal.clip.v1.AnswerQuestionResponse;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.CaptionImageResponse;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.clip.v1.ContinueTextResponse;
import multimodal.clip.v1.FuseModalitiesRequest;
import multimodal.clip.v1.FuseModalitiesResponse;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.rpc.CheckedRequests;
import multimodal.inference.lifecycle.ModelHandle;

/** {@code multimodal.clip.v1.VisionLanguageService}: parse, call one pipeline, render each event. */
@GrpcService
public class VisionLanguageGrpcService extends VisionLanguageServiceGrpc.VisionLanguageServiceImplBase {

    private final Calls calls;
    private final Models models;
    private final PictureReader reader;
    private final Captioner captioner;
    private final Answerer answerer;
    private final TextContinuer continuer;
    private final ModalityFuser fuser;

    @Inject
    VisionLanguageGrpcService(
            Calls calls,
            Models models,
            PictureReader reader,
            Captioner captioner,
            Answerer answerer,
            TextContinuer continuer,
            ModalityFuser fuser) {
        this.calls = calls;
        this.models = models;
        this.reader = reader;
        this.captioner = captioner;
        this.answerer = answerer;
        this.continuer = continuer;
        this.fuser = fuser;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return CheckedRequests.of(super.bindService());
    }

    @Override
    public void captionImage(CaptionImageRequest request, StreamObserver<CaptionImageResponse> observer) {
        calls.stream(observer, (call, sink) -> {
            try (ModelHandle model = models.caption(
                    request.getModel(), call, loading -> sink.accept(TextResponses.captionLoading(loading)))) {
                RequestCheck check = new RequestCheck(reader);
                CaptionOptions options = TextRequests.caption(request, model.manifest(), check);
                check.throwIfAny();
                captioner.caption(
                        model, options, call.context(), event -> sink.accept(TextResponses.caption(event, call)));
            }
        });
    }

    @Override
    public void answerQuestion(AnswerQuestionRequest request, StreamObserver<AnswerQuestionResponse> observer) {
        calls.stream(observer, (call, sink) -> {
            try (ModelHandle model = models.questions(
                    request.getModel(), call, loading -> sink.accept(TextResponses.answerLoading(loading)))) {
                RequestCheck check = new RequestCheck(reader);
                AnswerOptions options = TextRequests.answer(request, model.manifest(), check);
                check.throwIfAny();
                Answer answer = answerer.answer(
                        model, options, call.context(), token -> sink.accept(TextResponses.answerToken(token)));
                sink.accept(TextResponses.answer(answer, call));
            }
        });
    }

    @Override
    public void continueText(ContinueTextRequest request, StreamObserver<ContinueTextResponse> observer) {
        calls.stream(observer, (call, sink) -> {
            try (ModelHandle model = models.text(
                    request.getModel(), call, loading -> sink.accept(TextResponses.continuationLoading(loading)))) {
                RequestCheck check = new RequestCheck(reader);
                ContinueOptions options = TextRequests.continuation(request, model.manifest(), check);
                check.throwIfAny();
                continuer.continueText(
                        model, options, call.context(), event -> sink.accept(TextResponses.continuation(event, call)));
            }
        });
    }

    @Override
    public void fuseModalities(FuseModalitiesRequest request, StreamObserver<FuseModalitiesResponse> observer) {
        calls.answer(observer, call -> {
            try (ModelHandle model = models.matching(request.getModel(), call)) {
                RequestCheck check = new RequestCheck(reader);
                PictureFile picture = ContentRequests.picture("image", request.getImage(), check);
                Content.Text text = ContentRequests.text("text", request.getText(), check.violations());
                check.throwIfAny();
                return FusionResponses.fusion(request, fuser.fuse(model, picture, text, call.context()), call);
            }
        });
    }
}
