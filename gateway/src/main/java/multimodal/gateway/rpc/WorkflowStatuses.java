package multimodal.gateway.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import multimodal.common.rpc.Statuses;
import multimodal.gateway.workflow.Node;
import multimodal.gateway.workflow.WorkflowException;

/** The status of a call whose workflow has ended early: that of the failed node, which it names. */
final class WorkflowStatuses {
    private static final String REASON = "NODE_FAILED";
    private static final String DOMAIN = "gateway.multimodal";

    private WorkflowStatuses() {}

    /** The status of a run that ended with {@code failure}; {@code settingsPath} leads to the settings of its node. */
    static StatusRuntimeException of(WorkflowException failure, String settingsPath) {
        Node node = failure.node();
        ErrorInfo info = ErrorInfo.newBuilder()
                .setReason(REASON)
                .setDomain(DOMAIN)
                .putMetadata("node", node.id())
                .putMetadata("service", node.type().service())
                .build();
        List<Any> details = new ArrayList<>();
        details.add(Any.pack(info));
        failure.status().getDetailsList().forEach(detail -> details.add(inRequest(detail, settingsPath)));
        Code code = Status.fromCodeValue(failure.status().getCode()).getCode();
        return Statuses.of(code, failure.getMessage(), details);
    }

    /** A node's settings are a part of the workflow's request: its field paths start there. */
    private static Any inRequest(Any detail, String settingsPath) {
        if (!detail.is(BadRequest.class)) {
            return detail;
        }
        try {
            BadRequest.Builder fault = detail.unpack(BadRequest.class).toBuilder();
            fault.getFieldViolationsBuilderList()
                    .forEach(violation -> violation.setField(settingsPath + "." + violation.getField()));
            return Any.pack(fault.build());
        } catch (InvalidProtocolBufferException e) {
            throw Status.INTERNAL
                    .withDescription("malformed status detail")
                    .withCause(e)
                    .asRuntimeException();
        }
    }
}
