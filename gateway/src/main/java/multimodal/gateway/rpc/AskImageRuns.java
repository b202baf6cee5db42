package multimodal.gateway.rpc;

import java.util.Map;
import multimodal.common.rpc.Violations;
import multimodal.gateway.v1.AskImageRequest;
import multimodal.gateway.workflow.PortValue.ImageValue;
import multimodal.gateway.workflow.PortValue.TextValue;

/** What an {@code AskImage} asks for. The node's service checks the node's settings and the picture. */
final class AskImageRuns {
    private static final int MAX_QUESTION_LENGTH = 10_000;
    private static final String BY_EDGE = "unset, an edge fills it";

    private AskImageRuns() {}

    /** Throws {@code INVALID_ARGUMENT} that names every fault of {@code request}. */
    static RunRequest parse(AskImageRequest request) {
        Violations violations = new Violations();
        violations.require(!request.getImage().getData().isEmpty(), "image.data", "empty", "a picture");
        violations.requireText("question", request.getQuestion(), MAX_QUESTION_LENGTH);
        violations.require(!request.getAnswerQuestion().hasImage(), "answer_question.image", "set", BY_EDGE);
        violations.require(
                request.getAnswerQuestion().getQuestion().isEmpty(), "answer_question.question", "set", BY_EDGE);
        violations.throwIfAny();
        return RunRequest.of(
                ReadyWorkflows.ASK_IMAGE,
                Map.of("answer_question", request.getAnswerQuestion()),
                Map.of("image", new ImageValue(request.getImage()), "question", new TextValue(request.getQuestion())));
    }
}
