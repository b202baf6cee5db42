package multimodal.gateway.testing;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import multimodal.clip.v1.Answer;
import multimodal.clip.v1.AnswerQuestionRequest;
import multimodal.clip.v1.AnswerQuestionResponse;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.CaptionImageResponse;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.clip.v1.ContinueTextResponse;
import multimodal.clip.v1.TextResult;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.v1.FinishReason;
import multimodal.common.v1.ModelLoading;
import multimodal.common.v1.ModelRef;
import multimodal.common.v1.Token;

/** Captions every picture with {@code a castle}, answers every question with {@code yes}, and continues every text with {@code  at night}. */
public final class FakeVisionLanguageService extends VisionLanguageServiceGrpc.VisionLanguageServiceImplBase {
    /** Errors that the next captions answer, one each, before they succeed again. */
    public final LinkedBlockingQueue<StatusRuntimeException> failures = new LinkedBlockingQueue<>();

    /** The model that captions and continues. */
    public static final ModelRef MODEL =
            ModelRef.newBuilder().setName("fake-words").setVersion("1").build();

    /** Whether calls wait for the model to be loaded first. */
    public volatile boolean isLoading;

    /** Requests for captions that came. */
    public final List<CaptionImageRequest> captionRequests = new CopyOnWriteArrayList<>();

    /** Questions that came. */
    public final List<AnswerQuestionRequest> questions = new CopyOnWriteArrayList<>();

    /** Requests for continuations that came. */
    public final List<ContinueTextRequest> textRequests = new CopyOnWriteArrayList<>();

    @Override
    public void captionImage(CaptionImageRequest request, StreamObserver<CaptionImageResponse> observer) {
        captionRequests.add(request);
        StatusRuntimeException failure = failures.poll();
        if (failure != null) {
            observer.onError(failure);
            return;
        }
        if (isLoading) {
            observer.onNext(
                    CaptionImageResponse.newBuilder().setLoading(loading()).build());
        }
        for (String word : List.of("a", " castle")) {
            observer.onNext(CaptionImageResponse.newBuilder()
                    .setToken(Token.newBuilder().setText(word))
                    .build());
        }
        observer.onNext(CaptionImageResponse.newBuilder()
                .setResult(result("a castle", FinishReason.FINISH_REASON_END))
                .build());
        observer.onCompleted();
    }

    @Override
    public void answerQuestion(AnswerQuestionRequest request, StreamObserver<AnswerQuestionResponse> observer) {
        questions.add(request);
        observer.onNext(AnswerQuestionResponse.newBuilder()
                .setToken(Token.newBuilder().setText("yes"))
                .build());
        observer.onNext(AnswerQuestionResponse.newBuilder()
                .setResult(Answer.newBuilder()
                        .setAnswer("yes")
                        .setConfidence(0.75)
                        .setFinishReason(FinishReason.FINISH_REASON_END))
                .build());
        observer.onCompleted();
    }

    @Override
    public void continueText(ContinueTextRequest request, StreamObserver<ContinueTextResponse> observer) {
        textRequests.add(request);
        if (isLoading) {
            observer.onNext(
                    ContinueTextResponse.newBuilder().setLoading(loading()).build());
        }
        observer.onNext(ContinueTextResponse.newBuilder()
                .setToken(Token.newBuilder().setText(" at night"))
                .build());
        observer.onNext(ContinueTextResponse.newBuilder()
                .setResult(result(" at night", FinishReason.FINISH_REASON_LENGTH))
                .build());
        observer.onCompleted();
    }

    private static ModelLoading loading() {
        return ModelLoading.newBuilder().setModel(MODEL).build();
    }

    private static TextResult result(String text, FinishReason reason) {
        return TextResult.newBuilder().setText(text).setFinishReason(reason).build();
    }
}
