export type Json =
  | string
  | number
  | boolean
  | null
  | { [key: string]: Json | undefined }
  | Json[];

export type Database = {
  public: {
    Tables: {
      [_ in never]: never;
    };
    Views: {
      [_ in never]: never;
    };
    Functions: {
      abandon_file: { Args: { file_id: string }; Returns: boolean };
      accept_invitation: { Args: { continuation_id: string }; Returns: string };
      append_messages: {
        Args: { idempotency_key?: string; request: string };
        Returns: string;
      };
      begin_export: { Args: { continuation_id: string }; Returns: string };
      begin_sweep: {
        Args: {
          max_objects?: number;
          pending_seconds?: number;
          unlinked_seconds?: number;
        };
        Returns: Json;
      };
      complete_file: {
        Args: { file_id: string; sha256?: string; size_bytes?: number };
        Returns: Json;
      };
      delete_conversation: {
        Args: { continuation_id: string };
        Returns: string;
      };
      delete_file: { Args: { file_id: string }; Returns: Json };
      erase_message: {
        Args: { continuation_id: string; message: string };
        Returns: string;
      };
      export_files: {
        Args: {
          after_created_at?: string;
          after_id?: string;
          conversation_id: string;
          through_seq: number;
        };
        Returns: string;
      };
      export_messages: {
        Args: { after: number; conversation_id: string; through: number };
        Returns: string;
      };
      finish_sweep: { Args: { max_rows?: number }; Returns: Json };
      fork_conversation: {
        Args: {
          continuation_id: string;
          new_continuation_id?: string;
          through_position?: number;
          title?: string;
        };
        Returns: string;
      };
      grow_file: {
        Args: { file_id: string; size_bytes: number };
        Returns: undefined;
      };
      list_conversations: {
        Args: {
          archived: boolean;
          before_activity?: string;
          before_id?: string;
          invited: boolean;
          max_conversations: number;
          metadata?: string;
          prefix?: string;
        };
        Returns: string;
      };
      list_files: {
        Args: {
          before_created_at?: string;
          before_id?: string;
          continuation_id?: string;
          max_files?: number;
        };
        Returns: Json;
      };
      put_member: {
        Args: { continuation_id: string; role: string; user_id: string };
        Returns: string;
      };
      read_context: {
        Args: {
          continuation_id: string;
          max_messages: number;
          max_tokens: number;
        };
        Returns: string;
      };
      read_file: { Args: { file_id: string }; Returns: Json };
      read_health: { Args: Record<PropertyKey, never>; Returns: string };
      read_history: {
        Args: {
          after?: number;
          before?: number;
          continuation_id: string;
          max_messages: number;
          view: string;
        };
        Returns: string;
      };
      read_member: {
        Args: { continuation_id: string; user_id: string };
        Returns: string;
      };
      read_members: { Args: { continuation_id: string }; Returns: string };
      read_message: {
        Args: { continuation_id: string; message: string };
        Returns: string;
      };
      remove_member: {
        Args: { continuation_id: string; user_id: string };
        Returns: undefined;
      };
      reserve_file: {
        Args: {
          bucket: string;
          continuation_id?: string;
          metadata?: Json;
          mime_type: string;
          original_name: string;
          size_bytes?: number;
        };
        Returns: Json;
      };
      search_messages: {
        Args: {
          archived?: boolean;
          before_id?: string;
          before_rank?: number;
          max_hits: number;
          q: string;
        };
        Returns: string;
      };
      sweep_conversations: {
        Args: { max_conversations?: number };
        Returns: Json;
      };
      update_conversation: {
        Args: {
          changes: string;
          continuation_id: string;
          if_updated_at?: Json;
        };
        Returns: string;
      };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema =
  DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof (
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
        "Tables"
      ]
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
        "Views"
      ]
    )
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals;
} ? (
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
      "Tables"
    ]
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
      "Views"
    ]
  )[TableName] extends {
    Row: infer R;
  } ? R
  : never
  : DefaultSchemaTableNameOrOptions extends keyof (
    & DefaultSchema["Tables"]
    & DefaultSchema["Views"]
  ) ? (
      & DefaultSchema["Tables"]
      & DefaultSchema["Views"]
    )[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R;
    } ? R
    : never
  : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
      "Tables"
    ]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
    "Tables"
  ][TableName] extends {
    Insert: infer I;
  } ? I
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I;
    } ? I
    : never
  : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
      "Tables"
    ]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
    "Tables"
  ][TableName] extends {
    Update: infer U;
  } ? U
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U;
    } ? U
    : never
  : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends (DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]][
      "Enums"
    ]
    : never) = never,
> = DefaultSchemaEnumNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][
    EnumName
  ]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends (PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[
      PublicCompositeTypeNameOrOptions["schema"]
    ]["CompositeTypes"]
    : never) = never,
> = PublicCompositeTypeNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]][
    "CompositeTypes"
  ][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends
    keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never;

export const Constants = {
  public: {
    Enums: {},
  },
} as const;
