using static Hearth.Chat.Templates.ProbeConversations;

namespace Hearth.Chat.Templates;

/// <summary>Finds out by rendering small conversations what a template does, instead of guessing from its name.</summary>
internal static class TemplateProbe
{
    /// <summary>The one length of ids that templates of real models insist on (Mistral's).</summary>
    private const int ShortIdLength = 9;

    /// <summary>Shorter than any system prompt, longer than what two headers differ by.</summary>
    private const int LeastSystemPrompt = 20;

    /// <summary>What a template is taken for until a probe says otherwise.</summary>
    private static readonly TemplateCapabilities Everything = new()
    {
        SystemRole = true,
        LaterSystem = LaterSystem.InPlace,
        ToolDefinitions = true,
        ToolCalls = true,
        ToolResults = true,
        ParallelCalls = true,
        TextBesideCalls = true,
        UserAfterResult = true,
    };

    private static readonly DateTimeOffset AnotherDay = DateTimeOffset.UnixEpoch.AddDays(400);

    /// <summary>Everything but <see cref="TemplateCapabilities.Rewrites"/>, which also depends on how conversations are prepared.</summary>
    public static TemplateCapabilities Find(ProbeRenderer renderer)
    {
        TemplateCapabilities found = Everything with { PartsOnly = FindParts(renderer) };
        found = FindRoles(renderer, found with { NeedsSystem = NeedsSystem(renderer, found) });
        found = FindTools(renderer, found);
        return found with { Thinking = ThinkingProbe.Find(renderer, found), WritesDate = FindDate(renderer, found) };
    }

    private static PartRoles FindParts(ProbeRenderer renderer)
    {
        PartRoles parts = PartRoles.None;
        Add(PartRoles.User, Question, [Guidance, User]);
        Add(PartRoles.User, Question, [User]);
        Add(PartRoles.System, Instructions, [Guidance, User]);
        Add(PartRoles.Assistant, Answer, [User, Assistant, SecondUser]);
        return parts;

        void Add(PartRoles role, string word, IReadOnlyList<TemplateMessage> messages)
        {
            TemplateInput AsParts(PartRoles roles) => new(messages, [], Everything with { PartsOnly = roles });
            if (!renderer.Shows(AsParts(parts), word) && renderer.Shows(AsParts(parts | role), word))
                parts |= role;
        }
    }

    private static bool NeedsSystem(ProbeRenderer renderer, TemplateCapabilities found) =>
        !renderer.Shows(new TemplateInput([User], [], found), Question) && renderer.Shows(new TemplateInput([Guidance, User], [], found), Question);

    private static TemplateCapabilities FindRoles(ProbeRenderer renderer, TemplateCapabilities found)
    {
        LaterSystem atTheEnd = Place(renderer.Render(found, User, Guidance), Question, before: null);
        LaterSystem between = Place(renderer.Render(found, User, Assistant, Guidance, SecondUser), Answer, SecondQuestion);
        return found with
        {
            SystemRole = renderer.Shows(new TemplateInput([Guidance, User], [], found), Instructions, Question),
            LaterSystem = (LaterSystem)Math.Min((int)atTheEnd, (int)between),
            DefaultSystem = found.NeedsSystem ? null : FindDefaultSystem(renderer.Render(found, User), renderer.Render(found, Guidance, User)),
            NeedsAlternation = !renderer.Shows(new TemplateInput([User, SecondUser], [], found), Question, SecondQuestion),
            NeedsUserFirst = !renderer.Shows(new TemplateInput([Assistant, User], [], found), Answer, Question),
        };
    }

    private static LaterSystem Place(string? text, string after, string? before)
    {
        int at = text?.IndexOf(Instructions, StringComparison.Ordinal) ?? -1;
        if (text is null || at < 0)
            return text is null ? LaterSystem.Refused : LaterSystem.Dropped;
        bool inPlace = at > text.IndexOf(after, StringComparison.Ordinal) && (before is null || at < text.IndexOf(before, StringComparison.Ordinal));
        return inPlace ? LaterSystem.InPlace : LaterSystem.Moved;
    }

    /// <summary>What stands in the place of the system prompt when there is none.</summary>
    private static string? FindDefaultSystem(string? without, string? with)
    {
        if (without is null || with is null || !with.Contains(Instructions, StringComparison.Ordinal))
            return null;
        int start = without.AsSpan().CommonPrefixLength(with);
        int end = 0;
        while (end < without.Length - start && end < with.Length - start && without[^(end + 1)] == with[^(end + 1)])
            end++;
        string extra = without[start..^end].Trim();
        return extra.Length >= LeastSystemPrompt ? extra : null;
    }

    private static TemplateCapabilities FindTools(ProbeRenderer renderer, TemplateCapabilities found)
    {
        found = found with { ToolDefinitions = renderer.Shows(new TemplateInput([User], Tools, found), ToolName) };
        IReadOnlyList<ToolDefinition> tools = found.ToolDefinitions ? Tools : [];
        TemplateCapabilities best = found with { ToolCalls = false, ToolResults = false };
        foreach (TemplateCapabilities way in WaysToCall(found))
        {
            string? text = renderer.Render(new TemplateInput([User, Calling, Tool], tools, way));
            if (text is null || IsPythonText(text))
                continue;
            TemplateCapabilities seen = way with
            {
                ToolCalls = text.Contains(ArgumentValue, StringComparison.Ordinal),
                ToolResults = text.Contains(Result, StringComparison.Ordinal),
            };
            if (Count(seen) > Count(best))
                best = seen;
        }

        // A text in front of the call is the only other way to keep it.
        bool besides = !best.Tools
            || renderer.Shows(new TemplateInput([User, Calling with { Content = Answer }, Tool], tools, best), Answer, ArgumentValue)
            || !renderer.Shows(new TemplateInput([User, Assistant, Calling, Tool], tools, best), Answer, ArgumentValue);
        bool userAfterResult = !best.Tools || renderer.Shows(new TemplateInput([User, Calling, Tool, SecondUser], tools, best), Result, SecondQuestion);
        TemplateInput parallel = new([User, Calling with { ToolCalls = [Call, SecondCall] }, Tool, SecondTool], tools, best);
        return best with
        {
            ParallelCalls = best.ToolCalls && renderer.Shows(parallel, ArgumentValue, SecondValue, Result, SecondResult),
            TextBesideCalls = besides,
            UserAfterResult = userAfterResult,
        };

        static int Count(TemplateCapabilities seen) => (seen.ToolCalls ? 2 : 0) + (seen.ToolResults ? 1 : 0);
    }

    /// <summary>The ways a call can be given, the usual one first.</summary>
    private static IEnumerable<TemplateCapabilities> WaysToCall(TemplateCapabilities found)
    {
        foreach (int? length in (int?[])[null, ShortIdLength])
        {
            foreach (PartRoles parts in (PartRoles[])[found.PartsOnly, found.PartsOnly | PartRoles.Tool])
            {
                foreach (bool asText in (bool[])[false, true])
                {
                    TemplateCapabilities way = found with { ToolCallIdLength = length, PartsOnly = parts, ArgumentsAsText = asText };
                    yield return way;
                    yield return way with { NoContentBesideCalls = true };
                }
            }
        }
    }

    /// <summary>An object that a template writes without <c>tojson</c> comes out as Python prints it, which is not JSON.</summary>
    private static bool IsPythonText(string text) => text.Contains($"'{ArgumentName}': '{ArgumentValue}'", StringComparison.Ordinal);

    private static bool FindDate(ProbeRenderer renderer, TemplateCapabilities found)
    {
        foreach (IReadOnlyList<ToolDefinition> tools in (IReadOnlyList<ToolDefinition>[])[[], Tools])
        {
            TemplateInput input = new([User], tools, found);
            if (renderer.Render(input) != renderer.Render(input with { Settings = input.Settings with { Now = AnotherDay } }))
                return true;
        }

        return false;
    }
}
